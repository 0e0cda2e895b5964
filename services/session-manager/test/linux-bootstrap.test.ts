import { execFileSync } from 'node:child_process';
import { hostAccountName } from '@deskfleet/contracts';
import { findShellcheck } from '@deskfleet/testkit';
import { describe, expect, test } from 'vitest';
import { bootingIsImpossible, bootLinuxHost } from './boot-linux-host.ts';
import { linuxSpec } from './host-fixture.ts';
import { created, installed, rocky, ubuntu } from './linux-images.ts';

if (bootingIsImpossible) test.skip(`hosts are booted (skipped: ${bootingIsImpossible})`, () => {});

const hostile = `o'neill $(touch /pwned) "\`touch /pwned\`" %any%\n[permissions]`;

describe.skipIf(bootingIsImpossible)('an Ubuntu host whose image has nothing', () => {
  test('gets a desktop, DCV and the owner’s account, and serves the console to the owner at every boot', async () => {
    const host = await bootLinuxHost(ubuntu);
    expect(host.output).toContain('Done.');
    expect([host.exitCode, host.read('/var/lib/deskfleet/bootstrap')]).toEqual([0, 'done\n']);
    expect(host.read('/var/lib/deskfleet/warnings')).toBe('');
    expect(host.account('alice')).toBe('alice:x:5123:5123::/home/alice:/bin/bash');
    expect(host.read('/etc/shadow')).toMatch(/^alice:!:/m);
    const packages = installed(host, 'apt-get').join(' ');
    for (const name of [
      'ubuntu-desktop-minimal',
      'nice-dcv-server_',
      'nice-dcv-web-viewer_',
      'nice-xdcv_',
      'video-dummy',
    ]) {
      expect(packages).toContain(name);
    }
    expect(packages).not.toMatch(/nice-dcv-gl|NVIDIA/);
    expect(host.calls).toContainEqual(['snap', 'install', 'amazon-ssm-agent', '--classic']);
    expect(host.read('/etc/dcv/dcv.conf')).toBe(
      '[security]\nauth-token-verifier="https://tokens.example.org/authenticator"\nos-auto-lock=false\nsupervision-control="enforced"\n' +
        '[connectivity]\nweb-url-path="/d/10.0.0.7/"\nidle-timeout=0\n[session-management]\ncreate-session=false\n',
    );
    expect(host.read('/etc/gdm3/custom.conf')).toContain('AutomaticLogin=alice\n');
    expect(host.calls).toContainEqual(['systemctl', 'set-default', 'graphical.target']);
    expect(host.calls).toContainEqual(['systemctl', 'enable', 'deskfleet-session']);
    expect(host.read('/etc/systemd/system/deskfleet-session.service')).toContain(
      'WantedBy=multi-user.target',
    );
    for (const boot of ['next', 'another'] as const) {
      expect(created(host, boot)).toEqual([
        ...[
          'dcv',
          'create-session',
          '--type',
          'console',
          '--owner',
          'alice',
          '--storage-root',
          '/home/alice',
        ],
        ...['--permissions-file', '/etc/deskfleet/dcv.permissions', linuxSpec.sessionId],
      ]);
    }
  });

  test('takes whatever names, mounts and hook contain as data', async () => {
    const hookScript = `printf '%s|' "$DESKFLEET_USER" "$DESKFLEET_OWNER" '$(touch /pwned)' > /etc/hook-was-here\n`;
    const mounts = [
      {
        kind: 'nfs' as const,
        source: 'nas:/a b',
        target: '/data/with space\t$(touch /pwned)',
        options: 'ro,nfsvers=4.1',
      },
      { kind: 'nfs' as const, source: "nas:/'; touch /pwned\n/dev/sda", target: '/x\\y' },
      { kind: 'efs' as const, source: 'fs-0123abcd', target: '/efs' },
      { kind: 'nfs' as const, source: 'nas:/relative', target: 'etc' },
    ];
    const host = await bootLinuxHost({
      ...ubuntu,
      spec: { ...ubuntu.spec, owner: hostile, hookScript, mounts },
    });
    expect(host.exitCode, host.output).toBe(0);
    const account = hostAccountName(hostile, { os: 'linux', hostAccounts: 'local' });
    expect(host.account(account)).toMatch(/:5123:/);
    expect(host.read('/etc/hook-was-here')).toBe(`${hostile}|${account}|$(touch /pwned)|`);
    expect(host.read('/etc/fstab')).toMatch(
      /^# deskfleet begin\nnas:\/a\\040b \/data\/with\\040space\\011\$\(touch\\040\/pwned\) nfs ro,nfsvers=4\.1,_netdev,nofail 0 0\nnas:\/';\\040touch\\040\/pwned\\012\/dev\/sda \/x\\134y nfs hard,_netdev,nofail 0 0\nfs-0123abcd\.efs\.eu-central-1\.amazonaws\.com:\/ \/efs nfs4 \S+,_netdev,nofail 0 0\n/m,
    );
    const mounted = host.calls.filter(([name]) => name === 'mount').map(([, , target]) => target);
    expect(mounted).toEqual(['/data/with space\t$(touch /pwned)', '/x\\y', '/efs']);
    expect(host.read('/var/lib/deskfleet/warnings')).toBe('Not mounted, as it is no absolute path: etc\n');
    expect(created(host)).toContain(account);
    expect(host.topLevel).not.toContain('pwned');
  });

  test('is the same after the script has run again', async () => {
    const mounts = [{ kind: 'nfs' as const, source: 'nas:/home', target: '/home' }];
    const host = await bootLinuxHost({ ...ubuntu, spec: { ...ubuntu.spec, mounts }, boots: 2 });
    expect(host.exitCode, host.output).toBe(0);
    expect(Object.keys(host.after(2)).length).toBeGreaterThan(9);
    expect(host.after(2)).toEqual(host.after(1));
  });

  test('does not serve the session of the desktop that its image was made of', async () => {
    const host = await bootLinuxHost({ ...ubuntu, has: ['dcv', 'Xdcv'], boots: 1, imageOf: 'i-0other' });
    expect(host.callsAt('next').filter(([name]) => name === 'dcv')).toEqual([]);
  });
});

describe.skipIf(bootingIsImpossible)('other distributions', () => {
  test('Rocky 9 gets the SSM agent, the desktop and DCV by dnf, and a virtual session for the owner', async () => {
    const mounts = [{ kind: 'fsx-lustre' as const, source: 'fs-1.fsx@tcp:/n', target: '/fsx' }];
    const host = await bootLinuxHost({ ...rocky, spec: { ...rocky.spec, mounts } });
    expect(host.exitCode, host.output).toBe(0);
    const packages = installed(host, 'dnf');
    expect(packages).toContain('@Server with GUI');
    expect(packages).toContain(
      'https://s3.eu-central-1.amazonaws.com/amazon-ssm-eu-central-1/latest/linux_amd64/amazon-ssm-agent.rpm',
    );
    expect(packages).toContain('kmod-lustre-client');
    expect(packages.join(' ')).toMatch(/nice-dcv-server-\S+\.rpm .*nice-xdcv-\S+\.rpm/);
    expect(host.read('/etc/fstab')).toContain(
      'fs-1.fsx@tcp:/n /fsx lustre relatime,flock,_netdev,nofail 0 0\n',
    );
    expect(created(host)).toEqual(expect.arrayContaining(['--type', 'virtual', '--user', 'alice']));
    expect(host.calls).not.toContainEqual(['systemctl', 'set-default', 'graphical.target']);
  });

  test.each([
    ['amzn-2023', 'amzn2023', '@Desktop'],
    ['rhel-8.10', 'el8', '@Server with GUI'],
    ['rhel-9.4', 'el9', '@Server with GUI'],
    ['rocky-8.9', 'el8', '@Server with GUI'],
  ])('%s is installed to the end', async (distribution, platform, desktop) => {
    const host = await bootLinuxHost({ distribution, platform });
    expect(host.exitCode, host.output).toBe(0);
    expect(installed(host, 'dnf')).toContain(desktop);
    expect(host.read('/etc/dcv/dcv.conf')).toContain('auth-token-verifier="https');
  });

  test('Ubuntu 22.04 is installed to the end', async () => {
    const host = await bootLinuxHost({ ...ubuntu, distribution: 'ubuntu-22.04', platform: 'ubuntu2204' });
    expect(host.exitCode, host.output).toBe(0);
  });

  test('an image that brings everything is left as it is, whatever its distribution', async () => {
    const host = await bootLinuxHost({
      distribution: 'arch-1',
      platform: 'none',
      has: ['dcv', 'Xdcv', 'amazon-ssm-agent'],
      files: { '/usr/share/xsessions/mate.desktop': '' },
    });
    expect(host.exitCode, host.output).toBe(0);
    expect(host.calls.filter(([name]) => name === 'apt-get' || name === 'dnf' || name === 'snap')).toEqual(
      [],
    );
    expect(created(host)).toContain('virtual');
  });
});

describe.skipIf(bootingIsImpossible)('the GPU driver', () => {
  const graphics = { ...ubuntu.spec, instanceType: 'g5.xlarge' };

  test('of a G host is AWS’s newest for GRID, and the host restarts for it', async () => {
    const host = await bootLinuxHost({ ...ubuntu, spec: graphics });
    expect(host.exitCode, host.output).toBe(0);
    expect(host.calls.flat().filter((word) => word.endsWith('.run'))).toContain(
      'https://ec2-linux-nvidia-drivers.s3.amazonaws.com/latest/NVIDIA-Linux-x86_64-1000.2-grid-aws.run',
    );
    expect(installed(host, 'apt-get')).toContain('linux-headers-6.8.0-1021-aws');
    expect(host.read('/etc/modprobe.d/deskfleet-nvidia.conf')).toContain('NVreg_EnableGpuFirmware=0');
    expect(host.has('/etc/X11/xorg.conf')).toBe(false);
    expect(host.calls.at(-1)).toEqual(['systemctl', 'reboot']);
    expect(host.calls.filter(([, verb]) => verb === 'restart').flat()).not.toContain('deskfleet-session');
  });

  test('is not installed twice, and never on a P host', async () => {
    const had = await bootLinuxHost({ ...ubuntu, spec: graphics, has: ['nvidia-smi'] });
    const compute = await bootLinuxHost({
      ...ubuntu,
      spec: { ...ubuntu.spec, instanceType: 'p4d.24xlarge' },
    });
    for (const host of [had, compute]) {
      expect(host.exitCode, host.output).toBe(0);
      expect(host.calls.flat().join(' ')).not.toMatch(/nvidia-drivers|reboot|dummy/);
    }
  });
});

test.skipIf(bootingIsImpossible)('downloads are denied to everybody where they are not allowed', async () => {
  const host = await bootLinuxHost({ ...ubuntu, settings: { allowFileDownload: false } });
  expect(host.read('/etc/deskfleet/dcv.permissions')).toBe(
    '[permissions]\n%owner% allow builtin\n%any% deny file-download\n',
  );
});

test.skipIf(bootingIsImpossible)(
  'shellcheck finds nothing in the script of the session’s unit',
  async ({ skip }) => {
    const found = await findShellcheck();
    if ('missing' in found) return skip(found.missing);
    const host = await bootLinuxHost(ubuntu);
    expect(
      execFileSync(found.shellcheck, [host.path('/usr/local/sbin/deskfleet-create-session')]).toString(),
    ).toBe('');
  },
);
