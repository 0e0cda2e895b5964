import { RebootInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AddTagsToResourceCommand,
  type CommandInvocation,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  GetParameterCommand,
  GetParametersCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bootSeconds,
  desktop,
  type Fixture,
  launch,
  launchOne,
  launchReady,
  linuxImage,
  startFixture,
  windowsImage,
  windowsUserData,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

const readiness = '. /etc/deskfleet/session.env && dcv describe-session "$DESKFLEET_DCV_SESSION_ID" --json';
const windowsReadiness =
  "& 'C:\\Program Files\\NICE\\DCV\\Server\\bin\\dcv.exe' describe-session console --json";

async function online(ids: string[]): Promise<(string | undefined)[]> {
  const Filters = [{ Key: 'InstanceIds', Values: ids }];
  const answer = await fixture.ssm.send(new DescribeInstanceInformationCommand({ Filters }));
  return (answer.InstanceInformationList ?? [])
    .filter((information) => information.PingStatus === 'Online')
    .map((information) => information.InstanceId);
}

async function send(
  ids: string[],
  command: string,
  document = 'AWS-RunShellScript',
): Promise<string | undefined> {
  const Parameters = { commands: [command] };
  const input = { InstanceIds: ids, DocumentName: document, Parameters };
  return (await fixture.ssm.send(new SendCommandCommand(input))).Command?.CommandId;
}

async function invocations(CommandId: string | undefined): Promise<CommandInvocation[]> {
  const input = { CommandId, Details: true, MaxResults: 50 };
  return (await fixture.ssm.send(new ListCommandInvocationsCommand(input))).CommandInvocations ?? [];
}

async function run(ids: string[], command: string, document?: string): Promise<CommandInvocation[]> {
  const commandId = await send(ids, command, document);
  fixture.advance(1);
  return invocations(commandId);
}

test('readiness in batch: 50 hosts are online first, and their DCV answers later', async () => {
  const instances = await launch(fixture, { MinCount: 50, MaxCount: 50 });
  const ids = instances.map((instance) => instance.InstanceId ?? '');
  expect(await online(ids)).toEqual([]);
  await expect(send(ids, readiness)).rejects.toMatchObject({ name: 'InvalidInstanceId' });
  fixture.advance(60);
  expect(await online(ids)).toHaveLength(50);
  const early = await run(ids, readiness);
  expect(new Set(early.map((invocation) => invocation.Status))).toEqual(new Set(['Failed']));
  fixture.advance(40);
  const ready = await run(ids, readiness);
  expect(ready).toHaveLength(50);
  for (const { Status, CommandPlugins } of ready) {
    expect(Status).toBe('Success');
    const session = JSON.parse(CommandPlugins?.[0]?.Output ?? '');
    expect(session).toMatchObject({ id: 's-1', owner: 'alice', type: 'virtual', 'num-of-connections': 0 });
    expect(session['last-disconnection-time']).toBe('');
  }
});

test('Windows hosts answer for their console', async () => {
  const id = await launchReady(fixture, { ImageId: windowsImage, UserData: windowsUserData(desktop) });
  const [answer] = await run([id], windowsReadiness, 'AWS-RunPowerShellScript');
  expect(JSON.parse(answer?.CommandPlugins?.[0]?.Output ?? '')).toMatchObject({
    id: 'console',
    owner: 'alice',
  });
});

describe('one script answers which boot it is and whether DCV serves the session', () => {
  const outputOf = (invocation: CommandInvocation | undefined) => {
    const [first = '', ...rest] = (invocation?.CommandPlugins?.[0]?.Output ?? '').split('\n');
    return { first, session: JSON.parse(rest.join('\n')) };
  };

  test('on Linux, by the boot id', async () => {
    const id = await launchReady(fixture);
    const script =
      '. /etc/deskfleet/session.env && cat /proc/sys/kernel/random/boot_id && ' +
      'dcv describe-session "$DESKFLEET_DCV_SESSION_ID" --json';
    const { first, session } = outputOf((await run([id], script))[0]);
    const { host } = await fixture.steer<{ host: { bootId: string } }>('GET', `/instances/${id}`);
    expect(first).toBe(host.bootId);
    expect(session).toMatchObject({ id: 's-1', owner: 'alice' });
  });

  test('on Windows, by the time it came up, which a reboot changes', async () => {
    const id = await launchReady(fixture, { ImageId: windowsImage, UserData: windowsUserData(desktop) });
    const script =
      "(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('o'); " +
      windowsReadiness;
    const before = outputOf((await run([id], script, 'AWS-RunPowerShellScript'))[0]);
    expect(before.first).toBe('2026-11-02T09:00:20.0000000Z');
    expect(before.session).toMatchObject({ id: 'console', owner: 'alice' });
    await fixture.ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
    fixture.advance(bootSeconds);
    const after = outputOf((await run([id], script, 'AWS-RunPowerShellScript'))[0]);
    expect(after.first).not.toBe(before.first);
  });
});

test('one instance that is not online fails the whole SendCommand', async () => {
  const ready = await launchReady(fixture);
  const booting = await launchOne(fixture);
  await expect(send([ready, booting], readiness)).rejects.toMatchObject({ name: 'InvalidInstanceId' });
});

test('more than 50 instances are refused', async () => {
  const ids = Array.from({ length: 51 }, () => 'i-00000000000000000');
  await expect(send(ids, readiness)).rejects.toMatchObject({ name: 'ValidationException' });
});

test('a wrong session id, an unknown program and a wrong platform fail with their reasons', async () => {
  const id = await launchReady(fixture);
  const [wrong] = await run([id], 'dcv describe-session other --json');
  expect(wrong).toMatchObject({ Status: 'Failed', CommandPlugins: [{ ResponseCode: 1 }] });
  expect(wrong?.CommandPlugins?.[0]?.Output).toContain("'other'");
  const [unknown] = await run([id], 'rm -rf /');
  expect(unknown?.CommandPlugins?.[0]).toMatchObject({ ResponseCode: 127 });
  const [windows] = await run([id], windowsReadiness, 'AWS-RunPowerShellScript');
  expect(windows?.Status).toBe('Failed');
});

test.each([
  ['user data without a session', { UserData: Buffer.from('#!/bin/bash\necho hello').toString('base64') }],
  ['a Linux script on Windows', { ImageId: windowsImage }],
])('%s: the agent comes online, DCV never answers', async (_, change) => {
  const id = await launchReady(fixture, change);
  expect(await online([id])).toEqual([id]);
  const document = 'ImageId' in change ? 'AWS-RunPowerShellScript' : 'AWS-RunShellScript';
  const [answer] = await run([id], 'ImageId' in change ? windowsReadiness : readiness, document);
  expect(answer?.Status).toBe('Failed');
});

test('a steered DCV never becomes ready, and then it does', async () => {
  const id = await launchReady(fixture);
  await fixture.steer('PATCH', `/instances/${id}`, { dcv: 'never-ready' });
  expect((await run([id], readiness))[0]?.Status).toBe('Failed');
  await fixture.steer('PATCH', `/instances/${id}`, { dcv: 'ok' });
  expect((await run([id], readiness))[0]?.Status).toBe('Success');
});

test('a silent agent takes commands and never answers; an offline one takes none', async () => {
  const id = await launchReady(fixture);
  await fixture.steer('PATCH', `/instances/${id}`, { agent: 'silent' });
  const commandId = await send([id], readiness);
  fixture.advance(60);
  expect((await invocations(commandId))[0]?.Status).toBe('Pending');
  fixture.advance(3600);
  expect((await invocations(commandId))[0]).toMatchObject({
    Status: 'TimedOut',
    StatusDetails: 'Delivery Timed Out',
  });
  await fixture.steer('PATCH', `/instances/${id}`, { agent: 'offline' });
  expect(await online([id])).toEqual([]);
  await expect(send([id], readiness)).rejects.toMatchObject({ name: 'InvalidInstanceId' });
});

test('a command is in progress until its host has answered; ListCommands and GetCommandInvocation agree', async () => {
  const id = await launchReady(fixture);
  const CommandId = await send([id], 'cat /proc/sys/kernel/random/boot_id');
  const [before] = (await fixture.ssm.send(new ListCommandsCommand({ CommandId }))).Commands ?? [];
  expect(before).toMatchObject({ Status: 'InProgress', TargetCount: 1, CompletedCount: 0 });
  fixture.advance(1);
  const [after] = (await fixture.ssm.send(new ListCommandsCommand({ CommandId }))).Commands ?? [];
  expect(after).toMatchObject({ Status: 'Success', CompletedCount: 1, ErrorCount: 0 });
  const result = await fixture.ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId: id }));
  const { host } = await fixture.steer<{ host: { bootId: string } }>('GET', `/instances/${id}`);
  expect(result).toMatchObject({ ResponseCode: 0, StandardOutputContent: `${host.bootId}\n` });
  const other = new GetCommandInvocationCommand({ CommandId, InstanceId: 'i-00000000000000000' });
  await expect(fixture.ssm.send(other)).rejects.toMatchObject({ name: 'InvocationDoesNotExist' });
});

describe('parameters', () => {
  const Name = '/deskfleet/sessions/s-1/password';

  test('a SecureString is put once, and read only with decryption', async () => {
    const put = new PutParameterCommand({ Name, Value: 'secret', Type: 'SecureString', Overwrite: false });
    expect((await fixture.ssm.send(put)).Version).toBe(1);
    await expect(fixture.ssm.send(put)).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
    const hidden = await fixture.ssm.send(new GetParameterCommand({ Name }));
    expect(hidden.Parameter).toMatchObject({
      Type: 'SecureString',
      Value: expect.not.stringContaining('secret'),
    });
    const shown = await fixture.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
    expect(shown.Parameter?.Value).toBe('secret');
    await fixture.ssm.send(new PutParameterCommand({ Name, Value: 'new', Overwrite: true }));
    const replaced = await fixture.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
    expect(replaced.Parameter).toMatchObject({ Value: 'new', Version: 2, Type: 'SecureString' });
  });

  test('a deleted or unknown one is ParameterNotFound, and GetParameters lists it as invalid', async () => {
    await fixture.ssm.send(new PutParameterCommand({ Name, Value: 'x', Type: 'String' }));
    await fixture.ssm.send(new DeleteParameterCommand({ Name }));
    await expect(fixture.ssm.send(new GetParameterCommand({ Name }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
    const both = await fixture.ssm.send(new GetParametersCommand({ Names: [Name] }));
    expect(both).toMatchObject({ Parameters: [], InvalidParameters: [Name] });
  });

  test('are deleted ten at a time, and those that are not there are named', async () => {
    await fixture.ssm.send(new PutParameterCommand({ Name, Value: 'x', Type: 'String' }));
    const deleted = await fixture.ssm.send(new DeleteParametersCommand({ Names: [Name, '/none'] }));
    expect(deleted).toMatchObject({ DeletedParameters: [Name], InvalidParameters: ['/none'] });
    const eleven = Array.from({ length: 11 }, (_, index) => `/p${index}`);
    await expect(fixture.ssm.send(new DeleteParametersCommand({ Names: eleven }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('are tagged when they are put, or later; not while they are overwritten', async () => {
    const tag = (Value: string) => [{ Key: 'cluster', Value }];
    const put = { Name, Value: 'x', Type: 'String' } as const;
    await fixture.ssm.send(new PutParameterCommand({ ...put, Tags: tag('a') }));
    const resource = { ResourceType: 'Parameter', ResourceId: Name } as const;
    const tags = async () => (await fixture.ssm.send(new ListTagsForResourceCommand(resource))).TagList;
    expect(await tags()).toEqual(tag('a'));
    await fixture.ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: tag('b') }));
    expect(await tags()).toEqual(tag('b'));
    const overwrite = new PutParameterCommand({ ...put, Tags: tag('c'), Overwrite: true });
    await expect(fixture.ssm.send(overwrite)).rejects.toMatchObject({ name: 'ValidationException' });
    const unknown = new AddTagsToResourceCommand({ ...resource, ResourceId: '/none', Tags: tag('d') });
    await expect(fixture.ssm.send(unknown)).rejects.toMatchObject({ name: 'InvalidResourceId' });
  });

  test('public paths name images, and cannot be overwritten', async () => {
    const path = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
    const answer = await fixture.ssm.send(new GetParameterCommand({ Name: path }));
    expect(answer.Parameter?.Value).toBe(linuxImage);
    const put = new PutParameterCommand({ Name: path, Value: 'ami-1', Type: 'String', Overwrite: true });
    await expect(fixture.ssm.send(put)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

test('throttling of SSM is ThrottlingException with HTTP 400', async () => {
  await fixture.steer('POST', '/faults/errors', {
    api: 'GetParameter',
    code: 'ThrottlingException',
    times: 1,
  });
  await expect(fixture.ssm.send(new GetParameterCommand({ Name: 'x' }))).rejects.toMatchObject({
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
  });
});
