import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCommandInvocationCommand, SendCommandCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Authenticator, startAuthenticator } from './authenticator.ts';
import {
  describeOne,
  desktop,
  type Fixture,
  launchReady,
  linuxUserData,
  startFixture,
} from './simulator-fixture.ts';

let dataDir: string;
let fixture: Fixture;
let instanceId: string;
let address: string;
const authenticators: Authenticator[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'aws-simulator-'));
  fixture = await startFixture({ dataDir });
});

afterEach(async () => {
  await fixture.close();
  for (const authenticator of authenticators.splice(0)) await authenticator.close();
  await rm(dataDir, { recursive: true });
});

const ownerAlone = '[permissions]\n%owner% allow builtin\n';
const supervised = `${ownerAlone}bob allow display pointer\nbob deny unsupervised-access\n`;
const full = `${ownerAlone}bob allow builtin\n`;

/** A desktop of alice’s, where whoever comes is this person. */
async function desktopFor(visitor: string, permissions?: string): Promise<void> {
  const authenticator = await startAuthenticator('good-token', visitor);
  authenticators.push(authenticator);
  const UserData = linuxUserData({
    ...desktop,
    verifier: authenticator.url,
    ...(permissions !== undefined && { permissions }),
  });
  instanceId = await launchReady(fixture, { UserData });
  address = (await describeOne(fixture, instanceId)).PrivateIpAddress ?? '';
}

function visit(path: 'auth' | 'connect'): Promise<Response> {
  return fetch(`${fixture.url}/desktops/${address}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sessionId: 's-1', authToken: 'good-token' }),
  });
}
const auth = async () => (await visit('auth')).json();

async function onHost(script: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const sent = await fixture.ssm.send(
    new SendCommandCommand({
      InstanceIds: [instanceId],
      DocumentName: 'AWS-RunShellScript',
      Parameters: { commands: [script] },
    }),
  );
  fixture.advance(1);
  const CommandId = sent.Command?.CommandId;
  const answer = await fixture.ssm.send(
    new GetCommandInvocationCommand({ CommandId, InstanceId: instanceId }),
  );
  return {
    exitCode: answer.ResponseCode ?? -1,
    stdout: answer.StandardOutputContent ?? '',
    stderr: answer.StandardErrorContent ?? '',
  };
}

const b64 = (text: string) => Buffer.from(text).toString('base64');
/** As session-manager asks; its own tests hold this against the real script. */
const push = (permissions: string, number: number) =>
  onHost(
    `# deskfleet-permissions 1\nDESKFLEET_DCV_SESSION_ID='${b64('s-1')}'\nDESKFLEET_NUMBER='${b64(String(number))}'\nDESKFLEET_PERMISSIONS='${b64(permissions)}'\n`,
  );
const permissionFile = async () => {
  const { host } = await fixture.steer<{ host: { permissionFile: string } }>(
    'GET',
    `/instances/${instanceId}`,
  );
  return host.permissionFile;
};

describe('the permission file of a host', () => {
  test('is that of its user data, else DCV’s own', async () => {
    await desktopFor('alice');
    expect(await permissionFile()).toBe(ownerAlone);
    await desktopFor('alice', full);
    expect(await permissionFile()).toBe(full);
  });

  test('is what was pushed last, over a reboot and a restart of the simulator, and no late push undoes it', async () => {
    await desktopFor('alice');
    expect(await push(supervised, 2)).toMatchObject({ exitCode: 0, stdout: '[]\n' });
    expect(await push(full, 1)).toMatchObject({ exitCode: 75, stderr: 'overtaken by 2\n' });
    await fixture.steer('POST', `/instances/${instanceId}/reboot`);
    fixture.advance(200);
    await fixture.close();
    fixture = await startFixture({ dataDir });
    expect(await permissionFile()).toBe(supervised);
  });

  test('is done by a host whether or not anybody reads its answer', async () => {
    await desktopFor('bob');
    const commands = [
      `# deskfleet-permissions 1\nDESKFLEET_NUMBER='${b64('1')}'\nDESKFLEET_PERMISSIONS='${b64(full)}'`,
    ];
    await fixture.ssm.send(
      new SendCommandCommand({
        InstanceIds: [instanceId],
        DocumentName: 'AWS-RunShellScript',
        Parameters: { commands },
      }),
    );
    fixture.advance(5);
    expect(await auth()).toMatchObject({ result: 'yes' });
  });

  test('cannot be told to a DCV that is down, but is there when it comes back', async () => {
    await desktopFor('alice');
    await fixture.steer('PATCH', `/instances/${instanceId}`, { dcv: 'down' });
    expect(await push(full, 1)).toMatchObject({ exitCode: 1, stdout: '' });
    expect(await permissionFile()).toBe(full);
  });
});

describe('the viewer', () => {
  test('lets in the owner, and nobody without a rule', async () => {
    await desktopFor('alice');
    expect(await auth()).toMatchObject({ result: 'yes' });
    await desktopFor('bob');
    expect(await auth()).toEqual({ result: 'no', message: 'You may not use this desktop.' });
    await push(full, 1);
    expect(await auth()).toMatchObject({ result: 'yes', username: 'bob' });
  });

  test('lets in a guest without unsupervised-access only while the owner is connected', async () => {
    await desktopFor('bob', supervised);
    expect(await auth()).toMatchObject({
      result: 'no',
      message: expect.stringMatching(/only while its owner is connected/),
    });
    await fixture.steer('PATCH', `/instances/${instanceId}`, { connections: 1 });
    expect(await auth()).toMatchObject({ result: 'yes' });
  });

  test('ends for such a guest when the owner leaves', async () => {
    await desktopFor('bob', supervised);
    await fixture.steer('PATCH', `/instances/${instanceId}`, { connections: 1 });
    const lines = linesOf(await visit('connect'));
    await lines.next();
    await fixture.steer('PATCH', `/instances/${instanceId}`, { connections: 0 });
    expect((await lines.next()).value).toEqual({
      type: 'closed',
      reason: expect.stringMatching(/only while its owner is connected/),
      desktopIsUp: true,
    });
  });

  test('ends with a sentence when the host closes the connection, and the owner stays', async () => {
    await desktopFor('bob', full);
    await fixture.steer('PATCH', `/instances/${instanceId}`, { connections: 1 });
    const lines = linesOf(await visit('connect'));
    await lines.next();
    const { stdout } = await push(ownerAlone, 1);
    const listed = JSON.parse(stdout) as { id: number; username: string }[];
    expect(listed).toMatchObject([
      { id: 1, username: 'alice' },
      { id: 2, username: 'bob' },
    ]);
    expect(await onHost('dcv close-connection s-1 2')).toMatchObject({ exitCode: 0 });
    expect((await lines.next()).value).toEqual({
      type: 'closed',
      reason: 'You may not use this desktop.',
      desktopIsUp: true,
    });
    expect(JSON.parse((await onHost('dcv list-connections s-1 --json')).stdout)).toMatchObject([{ id: 1 }]);
  });
});

test('the dcv program refuses what a real one would not know', async () => {
  await desktopFor('alice');
  await fixture.steer('PATCH', `/instances/${instanceId}`, { connectedUsers: ['alice', 'bob'] });
  for (const command of [
    'dcv close-connection s-1 7',
    'dcv close-connection 1 s-1',
    'dcv close-connection other 1',
    'dcv set-permissions --session s-1 --file /tmp/other',
    'dcv set-permissions s-1 /etc/deskfleet/dcv.permissions',
  ]) {
    expect((await onHost(command)).exitCode, command).not.toBe(0);
  }
  const set = 'dcv set-permissions --session s-1 --file /etc/deskfleet/dcv.permissions';
  expect(await onHost(set)).toMatchObject({ exitCode: 0 });
});

async function* linesOf(response: Response): AsyncGenerator<Record<string, unknown>> {
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = line === '' ? null : (JSON.parse(line) as Record<string, unknown>);
      // How many are connected is told as well.
      if (event && event.type !== 'connections') yield event;
    }
  }
}
