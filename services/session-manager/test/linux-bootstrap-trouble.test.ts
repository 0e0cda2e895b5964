import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { bootingIsImpossible, bootLinuxHost } from './boot-linux-host.ts';
import { amazonLinux, created, ubuntu } from './linux-images.ts';

if (bootingIsImpossible) test.skip(`hosts are booted (skipped: ${bootingIsImpossible})`, () => {});

describe.skipIf(bootingIsImpossible)('the owner’s account', () => {
  test('of a directory is waited for, and comes from the hook; its name stays as the directory has it', async () => {
    const host = await bootLinuxHost({
      ...amazonLinux,
      spec: { owner: `EXAMPLE\\o'neill $x`, hookScript: 'printf %s "$DESKFLEET_OWNER" > /directory-user' },
      settings: { hostAccounts: 'directory' },
    });
    expect(host.exitCode, host.output).toBe(0);
    expect(host.calls.filter(([name]) => name === 'useradd')).toEqual([]);
    expect(created(host)).toEqual(
      expect.arrayContaining(['--owner', `EXAMPLE\\o'neill $x`, '/home/of-directory']),
    );
    const sourced = [
      '-c',
      '. "$1" && printf %s "$DESKFLEET_OWNER"',
      'sh',
      host.path('/etc/deskfleet/session.env'),
    ];
    expect(execFileSync('sh', sourced, { encoding: 'utf8' })).toBe(`EXAMPLE\\o'neill $x`);
    expect(host.read('/etc/dcv/dcv.conf')).toContain('os-auto-lock=true');
  });

  test('of a directory that never knows it ends the bootstrap, and the reason can be read', async () => {
    const host = await bootLinuxHost({ ...amazonLinux, settings: { hostAccounts: 'directory' } });
    expect(host.exitCode).toBe(1);
    expect(host.read('/var/lib/deskfleet/bootstrap')).toMatch(
      /^failed: the directory did not know alice within 300 s/,
    );
    expect(host.has('/etc/dcv/dcv.conf')).toBe(false);
  });

  test('with another uid on the image ends the bootstrap: files on shared storage would be somebody else’s', async () => {
    const host = await bootLinuxHost({
      ...ubuntu,
      spec: { ...ubuntu.spec, hookScript: 'useradd --uid 5999 alice' },
    });
    expect(host.exitCode).toBe(1);
    expect(host.read('/var/lib/deskfleet/bootstrap')).toBe(
      "failed: alice has uid 5999 on this image, and 5123 in the user's record\n",
    );
  });

  test('without a fixed uid gets one of the host’s', async () => {
    const host = await bootLinuxHost({ ...ubuntu, spec: { ...ubuntu.spec, ownerUid: null } });
    expect(host.exitCode, host.output).toBe(0);
    expect(host.account('alice')).toMatch(/^alice:x:\d{4,}:/);
  });
});

describe.skipIf(bootingIsImpossible)('what goes wrong', () => {
  test('a hook that fails is told of, and the desktop comes up', async () => {
    const host = await bootLinuxHost({
      ...ubuntu,
      spec: { ...ubuntu.spec, hookScript: 'echo of the hook\r\nexit 3\r\n' },
    });
    expect(host.exitCode, host.output).toBe(0);
    expect(host.read('/var/log/deskfleet-bootstrap.log')).toContain('of the hook\n');
    expect(host.read('/var/lib/deskfleet/warnings')).toBe('The hook failed with code 3.\n');
  });

  test('a hook that says so ends the bootstrap', async () => {
    const hookScript = '#!/bin/sh\nexit "$DESKFLEET_HOOK_FATAL"\n';
    const host = await bootLinuxHost({ ...ubuntu, spec: { ...ubuntu.spec, hookScript } });
    expect(host.exitCode).toBe(1);
    expect(host.read('/var/lib/deskfleet/bootstrap')).toMatch(/^failed: the hook said/);
  });

  test('a DCV download that is not what was published is not installed', async () => {
    const dcvRelease = { version: '2025.0-20103', sha256: { 'ubuntu2404-x86_64': '0'.repeat(64) } };
    const host = await bootLinuxHost({ ...ubuntu, settings: { dcvRelease } });
    expect(host.exitCode).toBe(1);
    expect(host.read('/var/lib/deskfleet/bootstrap')).toMatch(
      /^failed: the download .* is not what was published/,
    );
    expect(host.calls.flat().join(' ')).not.toContain('nice-dcv-server');
  });

  test('a package manager that never works ends the bootstrap, and the step can be read', async () => {
    const host = await bootLinuxHost({
      ...amazonLinux,
      files: { '/stand-ins/dnf': '#!/bin/bash\nexit 1\n' },
    });
    expect(host.exitCode).toBe(1);
    expect(host.read('/var/lib/deskfleet/bootstrap')).toMatch(
      /^failed: the step "SSM agent" ended with code 1/,
    );
  });
});
