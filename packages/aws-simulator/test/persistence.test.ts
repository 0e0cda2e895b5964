import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateImageCommand,
  DescribeInstancesCommand,
  ModifyInstanceAttributeCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAwsSimulator, StateUnreadableError } from '../src/index.ts';
import {
  describeOne,
  type Fixture,
  launchOne,
  launchReady,
  launchStopped,
  start,
  startFixture,
  stateOf,
  terminate,
  windowsImage,
} from './simulator-fixture.ts';

let dataDir: string;
let fixture: Fixture;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'aws-simulator-'));
  fixture = await startFixture({ dataDir });
});

afterEach(async () => {
  await fixture.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function restart(whileDown: () => Promise<void> = async () => {}): Promise<void> {
  const stoppedAt = fixture.now();
  await fixture.close();
  await whileDown();
  fixture = await startFixture({ dataDir });
  fixture.advance((stoppedAt - fixture.now()) / 1000);
}

test('instances, their states, tokens and parameters survive a restart', async () => {
  const id = await launchReady(fixture, { ClientToken: 'token-1' });
  const before = await describeOne(fixture, id);
  await fixture.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await fixture.ssm.send(new PutParameterCommand({ Name: '/x', Value: 'secret', Type: 'SecureString' }));
  await restart();
  const after = await describeOne(fixture, id);
  expect(after).toEqual({ ...before, ...pickState(after) });
  fixture.advance(200);
  expect(await stateOf(fixture, id)).toBe('stopped');
  expect(await launchOne(fixture, { ClientToken: 'token-1' })).toBe(id);
  const parameter = await fixture.ssm.send(new GetParameterCommand({ Name: '/x', WithDecryption: true }));
  expect(parameter.Parameter?.Value).toBe('secret');
});

const pickState = ({
  State,
  StateReason,
  StateTransitionReason,
}: Awaited<ReturnType<typeof describeOne>>) => ({
  State,
  StateReason,
  StateTransitionReason,
});

test('what was answered had been written: a copy of the folder taken then has it', async () => {
  const id = await launchOne(fixture);
  const written = await readFile(join(dataDir, 'journal.ndjson'), 'utf8');
  expect(written).toContain(id);
  expect((await stat(join(dataDir, 'journal.ndjson'))).mode & 0o077).toBe(0);
});

test('faults and the clock survive a restart', async () => {
  await fixture.steer('POST', '/faults/no-capacity', { zone: 'us-east-1a' });
  await fixture.steer('POST', '/clock', { advanceSeconds: 86_400, speed: 0 });
  await restart();
  expect(await fixture.steer('GET', '/clock')).toEqual({ now: '2026-11-03T09:00:00.000Z', speed: 0 });
  await expect(launchOne(fixture)).rejects.toMatchObject({ name: 'InsufficientInstanceCapacity' });
});

test('GPUs, clock, DCV and its times stay as they were steered over a restart', async () => {
  const id = await launchReady(fixture);
  const lastDisconnectedAt = '2026-11-01T09:00:00.000Z';
  const host = { gpuPercents: [5, 80], nvidiaSmi: 'failing', clockOffsetSeconds: -90, dcv: 'down' };
  await fixture.steer('PATCH', `/instances/${id}`, { ...host, lastDisconnectedAt });
  await restart();
  expect(await fixture.steer('GET', `/instances/${id}`)).toMatchObject({ host, lastDisconnectedAt });
});

test('images under way, a changed type, protection and shortages survive a restart', async () => {
  const id = await launchStopped(fixture, { DisableApiTermination: true });
  const InstanceType = { Value: 'm7i.xlarge' };
  await fixture.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType }));
  const image = await fixture.ec2.send(new CreateImageCommand({ InstanceId: id, Name: 'my image' }));
  await fixture.steer('DELETE', `/images/${windowsImage}`);
  await fixture.steer('POST', '/faults/no-capacity', { free: 1 });
  await restart();
  expect((await describeOne(fixture, id)).InstanceType).toBe('m7i.xlarge');
  await expect(terminate(fixture, [id])).rejects.toMatchObject({ name: 'OperationNotPermitted' });
  const gone = launchOne(fixture, { ImageId: windowsImage });
  await expect(gone).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' });
  await expect(launchOne(fixture, { ImageId: image.ImageId ?? '' })).rejects.toMatchObject({
    message: expect.stringContaining('is currently pending'),
  });
  fixture.advance(10);
  await expect(launchOne(fixture, { ImageId: image.ImageId ?? '' })).resolves.toMatch(/^i-/);
  await expect(launchOne(fixture)).rejects.toMatchObject({ name: 'InsufficientInstanceCapacity' });
});

const knownSinceProbes = 'nvidiaSmi|gpuPercents|clockOffsetSeconds|disconnectionSteeredInBoot';
const knownSinceHibernation =
  'pastTypes|terminationProtected|hibernation|rebootIgnored|passwordParameter|passwordFetched';
const knownSinceGuests = 'permissions|lastConnectionNumber';
test.each([
  ['before hosts had guests', knownSinceGuests],
  ['before hosts had probes', `${knownSinceGuests}|${knownSinceProbes}`],
  ['before hosts hibernated', `${knownSinceGuests}|${knownSinceHibernation}|${knownSinceProbes}`],
])('what an earlier version wrote can be read: %s', async (_, names) => {
  const id = await launchStopped(fixture);
  const path = join(dataDir, 'journal.ndjson');
  const fields = new RegExp(`"(${names})":(\\[\\]|\\w+|"\\w+"),`, 'g');
  await restart(async () => {
    const earlier = (await readFile(path, 'utf8')).replaceAll(fields, '');
    expect(earlier).not.toMatch(new RegExp(`"(${names})"`));
    await writeFile(path, earlier);
  });
  await start(fixture, [id]);
  fixture.advance(200);
  expect(await fixture.steer('GET', `/instances/${id}`)).toMatchObject({
    instanceType: 'm7i.large',
    terminationProtected: false,
    passwordFetched: null,
    host: { dcvReady: true, hibernation: 'ok', nvidiaSmi: 'ok', gpuSteered: null, clockOffsetSeconds: 0 },
  });
  await fixture.steer('PATCH', `/instances/${id}`, { connections: 1 });
  expect(await fixture.steer('GET', `/instances/${id}`)).toMatchObject({ connections: [{ number: 1 }] });
});

test('a line cut off by a crash was never answered: it is left out, and the rest is there', async () => {
  const id = await launchOne(fixture);
  await fixture.close();
  await appendFile(join(dataDir, 'journal.ndjson'), '{"collection":"instances","key":"i-');
  fixture = await startFixture({ dataDir });
  const other = await launchOne(fixture);
  await restart();
  const all = await fixture.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id, other] }));
  expect(all.Reservations).toHaveLength(2);
});

test('a folder with something else in it is refused with a sentence', async () => {
  const foreign = await mkdtemp(join(tmpdir(), 'aws-simulator-'));
  await writeFile(join(foreign, 'snapshot.ndjson'), 'hello\n');
  expect(() => createAwsSimulator({ dataDir: foreign })).toThrow(StateUnreadableError);
  await rm(foreign, { recursive: true });
});

test('a folder that cannot be written is refused with a sentence', () => {
  const inAFile = join(dataDir, 'snapshot.ndjson', 'x');
  expect(() => createAwsSimulator({ dataDir: inAFile })).toThrow(/cannot keep its state in/);
});

test('a reset forgets everything, after a restart as well', async () => {
  const id = await launchOne(fixture);
  await fixture.steer('POST', '/faults/errors', { api: '*', code: 'InternalError' });
  await fixture.steer('POST', '/reset');
  await restart();
  await expect(describeOne(fixture, id)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
  expect(await fixture.steer('GET', '/instances')).toEqual({ instances: [] });
});
