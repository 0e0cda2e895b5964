import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { OperatingSystem } from './session-state.ts';

/** Where the owner's account on a host comes from: made there by us, or out of the site's directory. */
export const hostAccountSources = ['local', 'directory'] as const;
export type HostAccounts = (typeof hostAccountSources)[number];

interface AccountRules {
  /** useradd(8) takes 32 characters; Windows 20 for a local account. */
  maxLength: number;
  valid: RegExp;
}

const rules: Record<OperatingSystem, AccountRules> = {
  // What useradd takes on every supported distribution, and no tool reads as an option or a number.
  linux: { maxLength: 32, valid: /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/ },
  windows: { maxLength: 20, valid: /^[A-Za-z0-9_.-]{0,19}[A-Za-z0-9_-]$/ },
};

/** Accounts that images come with, many of them with sudo: whoever is called so must not become one of them. */
const reserved = new Set(
  (
    'root daemon bin sys sync adm lp mail news uucp man proxy operator games ftp nobody backup list irc sshd dbus ' +
    'messagebus systemd-network systemd-resolve systemd-timesync polkitd rtkit avahi pulse gdm geoclue colord ' +
    'gnome-initial-setup saned cups tss chrony rpc rpcuser sssd nginx postgres dcv dcvsmagent ec2-user ubuntu rocky ' +
    'centos almalinux admin cloud-user ssm-user ec2-instance-connect wheel sudo shutdown halt ' +
    'administrator administrators guest defaultaccount wdagutilityaccount system networkservice localservice'
  ).split(' '),
);

/** Between the readable part and the digest of a name that had to be changed. */
const marker = '--';
const digestLength = 12;
const changed = new RegExp(`${marker}[0-9a-v]{${digestLength}}$`);

/**
 * The name of a user's account on a host. It is also the owner of the DCV session there, and so what the authenticator must
 * answer for this user. A name that makes a local account stays as it is. Any other becomes a readable part and a digest,
 * which no unchanged name can look like: two users never share a name. A directory knows its users by the names they have.
 */
export function hostAccountName(
  userName: string,
  { os, hostAccounts }: { os: OperatingSystem; hostAccounts: HostAccounts },
): string {
  if (hostAccounts === 'directory') return userName;
  const { maxLength, valid } = rules[os];
  if (valid.test(userName) && !reserved.has(userName.toLowerCase()) && !changed.test(userName)) {
    return userName;
  }
  const digest = digestOf(userName);
  const readable = readablePart(userName).slice(0, maxLength - marker.length - digestLength);
  return `${readable.replace(/-+$/, '')}${marker}${digest}`;
}

/** How hosts name their users. */
export interface HostNaming {
  os: OperatingSystem;
  hostAccounts: HostAccounts;
  /** NetBIOS name of the domain that Windows hosts have joined; null: none. */
  windowsDomain: string | null;
}

/**
 * The name by which the DCV server of a host knows a user: in the authenticator's answer and in permission files. In a domain
 * Windows puts the domain in front; a name that says where it belongs (`CORP\alice`, `alice@corp.example`) stays as it is.
 */
export function dcvUserName(userName: string, { os, hostAccounts, windowsDomain }: HostNaming): string {
  const account = hostAccountName(userName, { os, hostAccounts });
  const inDomain = os === 'windows' && hostAccounts === 'directory' && windowsDomain !== null;
  return inDomain && !/[\\@]/.test(account) ? `${windowsDomain}\\${account}` : account;
}

/** 60 bits: with a million such users the chance that two share one is below one in a million. */
function digestOf(userName: string): string {
  const bits = bytesToHex(sha256(utf8ToBytes(userName))).slice(0, 15);
  return BigInt(`0x${bits}`).toString(32).padStart(digestLength, '0');
}

/** Of an e-mail address what stands before the @, in letters and digits. */
function readablePart(userName: string): string {
  const [local = ''] = userName.split('@');
  const words = local.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const trimmed = words.replace(/^[-0-9]+|-+$/g, '');
  return trimmed === '' ? 'user' : trimmed;
}
