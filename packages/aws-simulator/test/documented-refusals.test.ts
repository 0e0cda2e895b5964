import { readFileSync } from 'node:fs';
import {
  CreateImageCommand,
  type EC2ServiceException,
  ModifyInstanceAttributeCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Fixture,
  launch,
  launchOne,
  launchReady,
  launchStopped,
  start,
  startFixture,
  stop,
  subnetA,
  terminate,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ throttling: false });
});

afterAll(() => fixture.close());

beforeEach(() =>
  fixture.steer('POST', '/reset').then(() => fixture.steer('PATCH', '/faults', { throttling: false })),
);

const lines = readFileSync(new URL('documented/refusals.txt', import.meta.url), 'utf8').split('\n');
const refusals = lines
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' | '))
  .map(([api = '', code = '', sentence = '']) => ({ api, code, sentence }));

const rootVolume = (Ebs: object) => ({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }] });
const launching = (change: Partial<RunInstancesCommandInput>) => () => launch(fixture, change);

async function createImage(InstanceId: string, Name = 'my-image'): Promise<string> {
  const answer = await fixture.ec2.send(new CreateImageCommand({ InstanceId, Name, NoReboot: true }));
  return answer.ImageId ?? '';
}

async function resize(InstanceId: string, Value: string): Promise<unknown> {
  return fixture.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value } }));
}

/** By API and code: how to be refused so. */
const provocations: Record<string, () => Promise<unknown>> = {
  'RunInstances InvalidBlockDeviceMapping': launching(rootVolume({ VolumeSize: 1 })),
  'RunInstances InvalidParameterValue': launching({ InstanceType: 't4g.large' }),
  'RunInstances InvalidAMIID.NotFound': launching({ ImageId: 'ami-00000000000000000' }),
  'RunInstances InvalidAMIID.Unavailable': async () =>
    launch(fixture, { ImageId: await createImage(await launchReady(fixture)) }),
  'RunInstances Unsupported': launching({ InstanceType: 'p3dn.24xlarge' }),
  'RunInstances UnsupportedHibernationConfiguration': launching({
    HibernationOptions: { Configured: true },
  }),
  'RunInstances VcpuLimitExceeded': async () => {
    await fixture.steer('PATCH', '/faults', { vcpuLimit: 1 });
    await launch(fixture);
  },
  'RunInstances InsufficientFreeAddressesInSubnet': async () => {
    await fixture.steer('PATCH', `/subnets/${subnetA}`, { freeAddresses: 0 });
    await launch(fixture);
  },
  'StartInstances Unsupported': async () => {
    const id = await launchStopped(fixture);
    await fixture.steer('POST', '/faults/not-offered', { instanceType: 'm7i.large' });
    await start(fixture, [id]);
  },
  'StopInstances IncorrectInstanceState': async () => stop(fixture, [await launchOne(fixture)]),
  'StopInstances UnsupportedHibernationConfiguration': async () =>
    stop(fixture, [await launchReady(fixture)], { Hibernate: true }),
  'TerminateInstances OperationNotPermitted': async () =>
    terminate(fixture, [await launchOne(fixture, { DisableApiTermination: true })]),
  'ModifyInstanceAttribute IncorrectInstanceState': async () =>
    resize(await launchReady(fixture), 'm7i.xlarge'),
  'ModifyInstanceAttribute InvalidInstanceAttributeValue': async () =>
    resize(await launchStopped(fixture), 't4g.large'),
  'CreateImage InvalidAMIName.Duplicate': async () => {
    const id = await launchReady(fixture);
    await createImage(id);
    await createImage(id);
  },
  'CreateImage InvalidAMIName.Malformed': async () => createImage(await launchReady(fixture), 'a'),
  'CreateImage InvalidParameterValue': async () => createImage(await launchOne(fixture)),
};

/** Ids differ; their kinds do not. */
const withoutIds = (sentence: string) => sentence.replace(/\b(i|ami|snap|subnet)-[0-9a-f]{8,17}\b/g, '$1-…');

test.each(refusals)('$api: $code, in the words of AWS', async ({ api, code, sentence }) => {
  const provoke = provocations[`${api} ${code}`];
  const refusal = await provoke?.().catch((error: EC2ServiceException) => error);
  expect(refusal).toMatchObject({ name: code });
  expect(withoutIds((refusal as Error).message)).toBe(withoutIds(sentence));
});
