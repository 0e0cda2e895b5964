import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { GetCommandInvocationCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { OperatingSystem } from '@deskfleet/contracts';
import { findShellcheck } from '@deskfleet/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Language, Parser } from 'web-tree-sitter';
import { scriptOf } from '../src/adapters/aws/ssm-permissions.ts';
import { Fleet } from './fleet.ts';
import { type ClosingForm, type HostUnderScript, runOnLinuxHost } from './permission-host.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const shells = ['dash', 'bash'];
const file = '[permissions]\n%owner% allow builtin\nbob allow display\n';

let fleet: Fleet;
let ssm: SSMClient;
const desktops = {} as Record<OperatingSystem, string>;
beforeAll(async () => {
  fleet = await Fleet.open();
  ssm = new SSMClient({ region: 'us-east-1', endpoint: fleet.simulatorUrl });
  desktops.linux = await fleet.running('linux');
  desktops.windows = await fleet.running('windows', { os: 'windows' });
});
afterAll(async () => {
  ssm?.destroy();
  await fleet?.close();
});

const dcvSessionOf = (os: OperatingSystem) => (os === 'linux' ? desktops.linux : 'console');

async function onSimulatedHost(os: OperatingSystem, script: string) {
  const { instance_id } = await fleet.status(desktops[os]);
  const sent = await ssm.send(
    new SendCommandCommand({
      InstanceIds: [instance_id ?? ''],
      DocumentName: os === 'linux' ? 'AWS-RunShellScript' : 'AWS-RunPowerShellScript',
      Parameters: { commands: [script] },
    }),
  );
  const read = { CommandId: sent.Command?.CommandId, InstanceId: instance_id ?? '' };
  const answer = await ssm.send(new GetCommandInvocationCommand(read));
  const { StandardOutputContent: stdout = '', StandardErrorContent: stderr = '' } = answer;
  return { exitCode: answer.ResponseCode ?? -1, stdout, stderr };
}

const dcvOf = { linux: 'dcv', windows: "& 'C:\\Program Files\\NICE\\DCV\\Server\\bin\\dcv.exe'" };

/** The simulated host's connections, as its `dcv` lists them. */
async function connectionsOf(os: OperatingSystem): Promise<{ id: number; username: string }[]> {
  const question = `${dcvOf[os]} list-connections ${dcvSessionOf(os)} --json`;
  return JSON.parse((await onSimulatedHost(os, question)).stdout);
}

async function permissionFileOf(os: OperatingSystem): Promise<string> {
  const [instance] = (await fleet.instances(desktops[os])) as unknown as {
    host: { permissionFile: string };
  }[];
  return instance?.host.permissionFile ?? '';
}

let number = 1_000;
const applyWith = (os: OperatingSystem, text: string, numbered = ++number) =>
  scriptOf(os, 'apply', {
    DCV_SESSION_ID: dcvSessionOf(os),
    NUMBER: String(numbered),
    PERMISSIONS: text,
  });
const disconnectOf = (os: OperatingSystem, ids: number[]) =>
  scriptOf(os, 'disconnect', { DCV_SESSION_ID: dcvSessionOf(os), CONNECTIONS: ids.join(' ') });
const steer = (os: OperatingSystem, change: object) => fleet.host(desktops[os], { ...change });

describe.each(shells)('a simulated host does and says what the real script does under %s', (shell) => {
  const linux = async (): Promise<HostUnderScript> => ({
    dcvSessionId: desktops.linux,
    connections: await connectionsOf('linux'),
  });

  test.each([
    ['nobody is connected', []],
    ['two people are connected', ['alice', 'bob']],
  ])('when it is told who may connect and %s', async (_, connectedUsers) => {
    await steer('linux', { connectedUsers });
    const script = applyWith('linux', file);
    const real = await runOnLinuxHost(shell, script, await linux());
    expect(real).toMatchObject({ stderr: '', permissionFile: file, told: file, mode: '644' });
    expect(await onSimulatedHost('linux', script)).toEqual({ exitCode: 0, stdout: real.stdout, stderr: '' });
    expect(await permissionFileOf('linux')).toBe(file);
    expect(JSON.parse(real.stdout)).toHaveLength(connectedUsers.length);
  });

  test('when DCV is down: the file is there for its next start, and nothing is said to be done', async () => {
    const host = await linux();
    await steer('linux', { dcv: 'down' });
    const script = applyWith('linux', `${file}# down\n`);
    const real = await runOnLinuxHost(shell, script, { ...host, dcv: 'down' });
    const simulated = await onSimulatedHost('linux', script);
    expect(simulated).toEqual({ exitCode: real.exitCode, stdout: real.stdout, stderr: real.stderr });
    expect(real).toMatchObject({ exitCode: 1, stdout: '', permissionFile: `${file}# down\n`, told: null });
    expect(await permissionFileOf('linux')).toBe(`${file}# down\n`);
    await steer('linux', { dcv: 'ok' });
  });

  test('when a later command came first', async () => {
    const host = await linux();
    await onSimulatedHost('linux', applyWith('linux', file, ++number));
    const late = applyWith('linux', 'late', number - 1);
    const real = await runOnLinuxHost(shell, late, { ...host, number });
    const { exitCode, stdout, stderr } = real;
    expect(await onSimulatedHost('linux', late)).toEqual({ exitCode, stdout, stderr });
    expect(real).toMatchObject({ exitCode: 75, permissionFile: null, told: null });
    expect(await permissionFileOf('linux')).toBe(file);
    const again = applyWith('linux', file, number);
    expect(await runOnLinuxHost(shell, again, { ...host, number })).toMatchObject({ exitCode: 0 });
  });

  test('when connections are closed, one of which has gone by itself', async () => {
    await steer('linux', { connectedUsers: [] });
    await steer('linux', { connectedUsers: ['alice', 'bob', 'carol'] });
    const host = await linux();
    const ids = host.connections.map(({ id }) => id);
    const script = disconnectOf('linux', [ids[1] ?? 0, 999]);
    const real = await runOnLinuxHost(shell, script, host);
    expect(await onSimulatedHost('linux', script)).toMatchObject({ exitCode: 0, stdout: real.stdout });
    expect(JSON.parse(real.stdout)).toMatchObject([{ username: 'alice' }, { username: 'carol' }]);
  });
});

describe.each(shells)('the script of Linux hosts under %s', (shell) => {
  const connections = [
    { id: 1, username: 'alice' },
    { id: 2, username: 'bob' },
  ];
  const host = () => ({ dcvSessionId: desktops.linux, connections });

  test.each<ClosingForm>(['session id', '--session session id', 'id session'])(
    'closes a connection where DCV takes `%s`',
    async (closingForm) => {
      const real = await runOnLinuxHost(shell, disconnectOf('linux', [2]), { ...host(), closingForm });
      expect(real.exitCode).toBe(0);
      expect(JSON.parse(real.stdout)).toEqual([{ id: 1, username: 'alice' }]);
    },
  );

  test('tells of everybody, whatever they call their program', async () => {
    const agents = ['x'.repeat(30_000), 'a "quoted" \\ name', '\\', '"user-agent": "', ''];
    const talkative = agents.map((agent, at) => ({
      id: at,
      username: `u${at}`,
      'user-agent': agent,
      mode: 'display',
    }));
    const host = { dcvSessionId: desktops.linux, connections: talkative };
    const { stdout } = await runOnLinuxHost(shell, applyWith('linux', file), host);
    expect(stdout.length).toBeLessThan(2_000);
    expect(JSON.parse(stdout)).toEqual(talkative.map((one) => ({ ...one, 'user-agent': '' })));
  });

  test('does not say that somebody is gone who is not', async () => {
    const script = disconnectOf('linux', [2]);
    const real = await runOnLinuxHost(shell, script, { ...host(), closingForm: 'none' });
    expect(JSON.parse(real.stdout)).toEqual(connections);
  });

  test('takes whatever it is given for data, and leaves nothing half-written', async () => {
    const hostile = `'; touch /pwned #\n$(touch /pwned)\`touch /pwned\`\\'"\n%any% allow\n`;
    const real = await runOnLinuxHost(shell, applyWith('linux', hostile), host());
    expect(real).toMatchObject({ permissionFile: hostile, told: hostile, exitCode: 0 });
    expect(real.files).toEqual(['dcv.permissions', 'dcv.permissions.lock', 'dcv.permissions.number']);
  });
});

test('a simulated Windows host is told and disconnected alike', async () => {
  await steer('windows', { connectedUsers: ['alice', 'bob'] });
  const told = await onSimulatedHost('windows', applyWith('windows', file));
  const listed = await connectionsOf('windows');
  expect(JSON.parse(told.stdout)).toEqual(listed.map((one) => ({ ...one, 'user-agent': '' })));
  expect(await permissionFileOf('windows')).toBe(file);
  const { stdout } = await onSimulatedHost('windows', disconnectOf('windows', [listed[1]?.id ?? 0]));
  expect(JSON.parse(stdout)).toMatchObject([{ username: 'alice' }]);
});

test('shellcheck finds nothing in the scripts of Linux hosts', async ({ skip }) => {
  const found = await findShellcheck();
  if ('missing' in found) return skip(found.missing);
  for (const script of [applyWith('linux', file), disconnectOf('linux', [1])]) {
    const shellcheck = run(found.shellcheck, ['--shell=sh', '--exclude=SC2034', '-']);
    shellcheck.child.stdin?.end(script);
    await expect(shellcheck.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' });
  }
});

test('the scripts of Windows hosts are PowerShell to a parser', async () => {
  await Parser.init();
  const powershell = require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm');
  const parser = new Parser().setLanguage(await Language.load(powershell));
  for (const script of [applyWith('windows', file), disconnectOf('windows', [1])]) {
    const root = parser.parse(script)?.rootNode;
    expect(root?.descendantsOfType('ERROR').map((node) => node?.text)).toEqual([]);
    expect(root?.hasError).toBe(false);
  }
});
