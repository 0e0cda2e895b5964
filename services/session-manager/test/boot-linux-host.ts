import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { HostSettings, HostSpec } from '../src/domain/host-spec.ts';
import { linuxSpec, renderedScript } from './host-fixture.ts';

const run = promisify(execFile);
const here = (name: string) => new URL(name, import.meta.url).pathname;

export interface HostUnderTest {
  /** Of /etc/os-release: `ubuntu-24.04`. */
  distribution: string;
  /** DCV's word for it: `ubuntu2404`. */
  platform: string;
  spec?: Partial<HostSpec>;
  settings?: Partial<HostSettings>;
  /** Programs that the image has; only their names count. */
  has?: string[];
  /** More files of the image, by their path. */
  files?: Record<string, string>;
  /** The instance whose image this is, and whose session it remembers: the unit then runs on another instance. */
  imageOf?: string;
  /** How often cloud-init runs the script. */
  boots?: number;
}

export interface BootedHost {
  exitCode: number;
  output: string;
  /** The commands that were called, as `name argument argument`, during one run of the script. */
  calls: string[][];
  read(file: string): string;
  has(file: string): boolean;
  /** Where a file of the host can be read by others. */
  path(file: string): string;
  topLevel: string[];
  /** The line of a user in /etc/passwd; empty when there is none. */
  account(name: string): string;
  /** What the session's unit calls at a boot that follows. */
  callsAt(boot: 'next' | 'another'): string[][];
  /** The state after the first run and after the last. */
  after(boot: number): Record<string, string>;
}

const version = '2025.0-20103';

/** Null where hosts can be booted, else why not. */
export const bootingIsImpossible: string | null = (() => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'a host is made with overlayfs and chroot, as root';
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `unshare --mount is not possible here (${String(error)})`;
  }
})();

/** Runs the bootstrap script to its end on a host of its own, and tells what it did there. */
export async function bootLinuxHost(host: HostUnderTest): Promise<BootedHost> {
  const folder = mkdtempSync(path.join(tmpdir(), 'deskfleet-host-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const boots = host.boots ?? 1;
  prepareImage(path.join(folder, 'host'), host);
  await run('unshare', ['--mount', here('boot-in-chroot.sh'), folder, String(boots), host.imageOf ?? ''], {
    maxBuffer: 1e8,
  });
  const last = path.join(folder, `after-${boots}`);
  const read = (file: string) => readFileSync(path.join(last, file), 'utf8');
  return {
    exitCode: Number(readFileSync(path.join(folder, `code-${boots}`), 'utf8')),
    output: readFileSync(path.join(folder, `output-${boots}`), 'utf8'),
    calls: callsIn(path.join(folder, 'after-1', 'calls')),
    read,
    path: (file) => path.join(last, file),
    topLevel: readFileSync(path.join(folder, 'top-level'), 'utf8').split('\n'),
    has: (file) => existsSync(path.join(last, file)),
    account: (name) =>
      read('/etc/passwd')
        .split('\n')
        .find((line) => line.startsWith(`${name}:`)) ?? '',
    callsAt: (boot) => callsIn(path.join(folder, `calls-${boot}`)),
    after: (boot) => madeFiles(path.join(folder, `after-${boot}`)),
  };
}

function prepareImage(root: string, host: HostUnderTest): void {
  const { spec = {}, settings = {}, distribution, platform, has = [], files = {} } = host;
  const [id = '', versionId = ''] = distribution.split('-');
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  cpSync(here('stand-ins'), path.join(root, 'stand-ins'), { recursive: true });
  mkdirSync(path.join(root, 'etc/yum.repos.d'), { recursive: true });
  for (const program of has) cpSync(here('stand-ins/installed/dcv'), path.join(root, 'usr/bin', program));
  const archive = dcvArchive(root, platform);
  write(
    '/user-data.sh',
    renderedScript(
      { ...linuxSpec, ...spec },
      {
        dcvRelease: { version, sha256: { [`${platform}-x86_64`]: archive } },
        ...settings,
      },
    ),
  );
  // As os-release(5) has it on Ubuntu and RHEL.
  write('/etc/os-release', `ID="${id}"\nVERSION_ID="${versionId}"\nNAME='Not "this" $(machine)'\n`);
  write('/instance-id', 'i-0aa\n');
  write('/driver-list.xml', driverList);
  for (const [file, text] of Object.entries(files)) write(file, text);
}

/** The shape of ListObjectsV2's answer, with two versions and another architecture. */
const driverList =
  '<?xml version="1.0"?><ListBucketResult><Contents><Key>latest/NVIDIA-Linux-x86_64-550.90.10-grid-aws.run</Key></Contents>' +
  '<Contents><Key>latest/NVIDIA-Linux-x86_64-1000.2-grid-aws.run</Key></Contents><Contents><Key>latest/README</Key></Contents>' +
  '</ListBucketResult>';

/** @returns the SHA-256 of an archive with files named as DCV names them */
function dcvArchive(root: string, platform: string): string {
  const name = `nice-dcv-${version}-${platform}-x86_64`;
  const packages = ['server', 'web-viewer', 'gl', 'gltest'].map((part) => `nice-dcv-${part}`);
  mkdirSync(path.join(root, name));
  for (const each of [...packages, 'nice-xdcv']) {
    const deb = platform.startsWith('ubuntu');
    const file = deb
      ? `${each}_2025.0.1-1_amd64.${platform}.deb`
      : `${each}-2025.0.1-1.${platform}.x86_64.rpm`;
    writeFileSync(path.join(root, name, file), 'package');
  }
  execFileSync('tar', ['-czf', path.join(root, 'dcv.tgz'), '-C', root, name]);
  rmSync(path.join(root, name), { recursive: true });
  return createHash('sha256')
    .update(readFileSync(path.join(root, 'dcv.tgz')))
    .digest('hex');
}

/** stand-ins/record writes them. */
function callsIn(file: string): string[][] {
  if (!existsSync(file)) return [];
  const calls = readFileSync(file, 'utf8').split('\u001e').slice(0, -1);
  return calls.map((call) => call.split('\u001f'));
}

const made = [
  ...['/etc/passwd', '/etc/group', '/etc/fstab', '/etc/dcv/dcv.conf', '/etc/deskfleet/session.env'],
  ...['/etc/deskfleet/dcv.permissions', '/etc/gdm3/custom.conf', '/etc/dconf/db/local.d/00-deskfleet'],
  ...['/etc/systemd/system/deskfleet-session.service', '/usr/local/sbin/deskfleet-create-session'],
  ...['/var/lib/deskfleet/bootstrap', '/var/lib/deskfleet/warnings'],
];

function madeFiles(root: string): Record<string, string> {
  const present = made.filter((file) => existsSync(path.join(root, file)));
  return Object.fromEntries(present.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}
