import {
  type Command,
  type CommandFilter,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  desktop,
  type Fixture,
  launch,
  launchReady,
  startFixture,
  windowsImage,
  windowsUserData,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

async function send(ids: string[], script: string, DocumentName = 'AWS-RunShellScript'): Promise<string> {
  const Parameters = { commands: [script] };
  const request = new SendCommandCommand({ InstanceIds: ids, DocumentName, Parameters, TimeoutSeconds: 30 });
  return (await fixture.ssm.send(request)).Command?.CommandId ?? '';
}

async function list(...Filters: CommandFilter[]): Promise<Command[]> {
  return (await fixture.ssm.send(new ListCommandsCommand({ Filters }))).Commands ?? [];
}

const steer = (id: string, change: object) => fixture.steer('PATCH', `/instances/${id}`, change);
const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

describe('ListCommands counts what has become of a command', () => {
  let ids: string[];

  beforeEach(async () => {
    const instances = await launch(fixture, { MinCount: 3, MaxCount: 3 });
    ids = instances.map((instance) => instance.InstanceId ?? '');
    fixture.advance(100);
  });

  test('one silent host keeps it in progress until its delivery has timed out', async () => {
    const [, silent = ''] = ids;
    await steer(silent, { agent: 'silent' });
    await send(ids, 'true');
    const counts = async () => (await list())[0];
    expect(await counts()).toMatchObject({ Status: 'InProgress', TargetCount: 3, CompletedCount: 0 });
    fixture.advance(29);
    expect(await counts()).toMatchObject({
      Status: 'InProgress',
      CompletedCount: 2,
      DeliveryTimedOutCount: 0,
    });
    fixture.advance(1);
    const timedOut = { Status: 'TimedOut', CompletedCount: 3, ErrorCount: 0, DeliveryTimedOutCount: 1 };
    expect(await counts()).toMatchObject(timedOut);
    // It has been told already: a host that answers again answers other commands.
    await steer(silent, { agent: 'ok' });
    expect(await counts()).toMatchObject(timedOut);
  });

  test('a failed host is an error, the others are not', async () => {
    const [down = ''] = ids;
    await steer(down, { dcv: 'down' });
    await send(ids, 'dcv describe-session s-1 --json');
    fixture.advance(1);
    const [command] = await list();
    expect(command).toMatchObject({ Status: 'Failed', CompletedCount: 3, ErrorCount: 1 });
  });

  test('hosts have answered in time, even when nobody looked before the deadline', async () => {
    await send(ids, 'true');
    fixture.advance(3600);
    expect((await list())[0]).toMatchObject({ Status: 'Success', CompletedCount: 3 });
  });

  test('a host that was down at the deadline did not answer, though it is up again when somebody looks', async () => {
    const [first = ''] = ids;
    await send([first], 'true');
    await fixture.steer('POST', `/instances/${first}/stop`);
    fixture.advance(60);
    await fixture.steer('POST', `/instances/${first}/start`);
    fixture.advance(100);
    expect((await list())[0]).toMatchObject({ Status: 'TimedOut', DeliveryTimedOutCount: 1 });
  });

  test('hosts answer as they were when they were asked, whatever has been done to them since', async () => {
    const [first = ''] = ids;
    const CommandId = await send([first], 'dcv list-sessions');
    fixture.advance(1);
    await steer(first, { dcv: 'down', agent: 'silent' });
    const request = new GetCommandInvocationCommand({ CommandId, InstanceId: first });
    expect(await fixture.ssm.send(request)).toMatchObject({ Status: 'Success', ResponseCode: 0 });
  });
});

test('commands are found by their time and their document, both together', async () => {
  const linux = await launchReady(fixture);
  const windows = await launchReady(fixture, { ImageId: windowsImage, UserData: windowsUserData(desktop) });
  const before = await send([linux], 'true');
  fixture.advance(60);
  const from = iso(fixture.now());
  const shell = await send([linux], 'true');
  const powershell = await send([windows], 'true', 'AWS-RunPowerShellScript');
  const found = async (...filters: CommandFilter[]) =>
    (await list(...filters)).map((command) => command.CommandId);
  const after: CommandFilter = { key: 'InvokedAfter', value: from };
  expect(await found()).toEqual([powershell, shell, before]);
  expect(await found(after)).toEqual([powershell, shell]);
  expect(await found(after, { key: 'DocumentName', value: 'AWS-RunShellScript' })).toEqual([shell]);
  expect(await found({ key: 'InvokedBefore', value: from })).toEqual([before]);
  const invocations = await fixture.ssm.send(new ListCommandInvocationsCommand({ Filters: [after] }));
  expect(invocations.CommandInvocations).toHaveLength(2);
  const unknown = list({ key: 'ExecutionStage', value: 'Complete' });
  await expect(unknown).rejects.toMatchObject({ name: 'InvalidFilterKey' });
  const never = list({ key: 'InvokedAfter', value: 'yesterday' });
  await expect(never).rejects.toMatchObject({ name: 'ValidationException' });
});

test('ListCommandInvocations shows 2,500 characters of an output, GetCommandInvocation more', async () => {
  const id = await launchReady(fixture);
  const output = 'x'.repeat(2_600);
  const CommandId = await send([id], `echo ${output}`);
  fixture.advance(1);
  const listed = await fixture.ssm.send(new ListCommandInvocationsCommand({ CommandId, Details: true }));
  const shown = listed.CommandInvocations?.[0]?.CommandPlugins?.[0]?.Output ?? '';
  expect(shown).toHaveLength(2_500);
  expect(shown).toMatch(/^x+\n---Output truncated---$/);
  const result = await fixture.ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId: id }));
  expect(result.StandardOutputContent).toBe(`${output}\n`);
});
