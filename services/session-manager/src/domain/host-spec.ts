import type { HostAccounts, Mount, OperatingSystem, SessionType } from '@deskfleet/contracts';
import type { DcvRelease } from './dcv-release.ts';

/** What makes the host of one session different from other hosts. */
export interface HostSpec {
  sessionId: string;
  /** The user's name as the portal knows it; hostAccountName makes the account's name of it. */
  owner: string;
  /** Fixed in the user's record, so that files on shared storage keep their owner; null lets the host choose. */
  ownerUid: number | null;
  os: OperatingSystem;
  /** The software stack's, such as `ubuntu2404`. */
  baseOs: string;
  instanceType: string;
  sessionType: SessionType;
  mounts: Mount[];
  /** The operator's script for the hosts of this software stack. */
  hookScript: string | null;
  /** Windows: the SecureString in SSM Parameter Store that holds the password; null leaves it to the host. */
  passwordParameter: string | null;
}

/** What all hosts of a deployment have in common. */
export interface HostSettings {
  region: string;
  /** URL to which the DCV server posts connection tokens (dcv.conf, auth-token-verifier). */
  authenticatorUrl: string;
  /** Path under which a load balancer shows the desktop; `{host}` is left for the host to fill with its address. */
  webUrlPathTemplate: string;
  hostAccounts: HostAccounts;
  windowsDomain: string | null;
  windowsAutologon: boolean;
  allowFileDownload: boolean;
  /** Shown on Windows desktops, which cannot submit jobs themselves. */
  hpcSubmitUrl: string | null;
  /** What is installed on hosts whose image has no DCV. */
  dcvRelease: DcvRelease;
}
