import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createUserDataRenderer } from '../src/adapters/aws/render-user-data.ts';
import { launchSpec } from './launch-spec.ts';

const host = mkdtempSync(path.join(tmpdir(), 'deskfleet-host-'));
afterAll(() => rmSync(host, { recursive: true }));

const owner = `o'neill $(touch pwned)`;
const render = createUserDataRenderer({ authenticatorUrl: 'http://auth/', webUrlPathTemplate: '/d/{host}/' });
const userData = render(launchSpec({ sessionId: 's-1', owner }));

/** A host made of a folder: the commands that the script calls, and DCV with the sessions that it has. */
function prepareHost(): void {
  for (const folder of ['bin', 'etc/dcv', 'etc/systemd/system', 'usr/local/sbin']) {
    mkdirSync(path.join(host, folder), { recursive: true });
  }
  const commands = {
    curl: 'echo 10.0.0.7',
    id: 'exit 1',
    useradd: `printf '%s\\n' "\${@: -1}" >> "${host}/accounts"`,
    systemctl: `printf '%s\\n' "$*" >> "${host}/units"`,
    dcv: `case "$1" in
      describe-session) [ -e "${host}/dcv-session" ] ;;
      create-session) printf '%s\\n' "$@" > "${host}/dcv-session" ;;
    esac`,
  };
  for (const [name, script] of Object.entries(commands)) {
    const file = path.join(host, 'bin', name);
    writeFileSync(file, `#!/bin/bash\n${script}\n`);
    chmodSync(file, 0o755);
  }
}

function run(file: string): void {
  const env = { ...process.env, PATH: `${host}/bin:${process.env.PATH}` };
  execFileSync('bash', [file], { cwd: host, env, stdio: 'pipe' });
}

test('the DCV session is created at every boot, for its owner, whatever the name contains', () => {
  prepareHost();
  const script = Buffer.from(userData, 'base64').toString('utf8');
  const boot = path.join(host, 'user-data.sh');
  writeFileSync(boot, script.replaceAll(/(?<=[\s'=])\/(etc|usr\/local)\//g, `${host}/$1/`));
  run(boot);
  const unit = readFileSync(path.join(host, 'etc/systemd/system/deskfleet-session.service'), 'utf8');
  expect(readFileSync(path.join(host, 'units'), 'utf8')).toMatch(/^enable .*deskfleet-session/m);
  expect(unit).toContain('WantedBy=multi-user.target');

  const atBoot = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '';
  for (const _boot of [1, 2]) {
    rmSync(path.join(host, 'dcv-session'), { force: true });
    run(atBoot);
    expect(readFileSync(path.join(host, 'dcv-session'), 'utf8').split('\n')).toEqual([
      'create-session',
      '--type',
      'virtual',
      '--owner',
      owner,
      '--user',
      owner,
      's-1',
      '',
    ]);
  }
  expect(readFileSync(path.join(host, 'accounts'), 'utf8')).toBe(`${owner}\n`);
});
