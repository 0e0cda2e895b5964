import { gzipSync } from 'node:zlib';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import {
  type AwsSimulator,
  type AwsSimulatorOptions,
  createAwsSimulator,
  delaysForBoot,
} from '../src/index.ts';

export const linuxImage = 'ami-0de5cf1ee7000a123';
export const windowsImage = 'ami-0de5cf1ee70022001';
export const subnetA = 'subnet-0de5cf1ee7000000a';
export const subnetB = 'subnet-0de5cf1ee7000000b';

/** A running simulator with AWS's own clients, and a clock that stands still until it is told to go on. */
export interface Fixture {
  url: string;
  connectionGatewayUrl: string | undefined;
  ec2: EC2Client;
  ssm: SSMClient;
  cloudWatch: CloudWatchClient;
  now(): number;
  advance(seconds: number): void;
  steer<T = unknown>(method: string, path: string, body?: object): Promise<T>;
  close(): Promise<void>;
}

// 100 s from launch to DCV: 20 s pending, 40 s to the agent, 40 s to DCV; 40 s to stop; 40 s to terminate.
export const bootSeconds = 100;

export async function startFixture(options: AwsSimulatorOptions = {}): Promise<Fixture> {
  let time = Date.parse('2026-11-02T09:00:00Z');
  const clock = { now: () => time };
  const simulator: AwsSimulator = createAwsSimulator({
    delays: delaysForBoot(bootSeconds),
    clock,
    ...options,
  });
  const { url, connectionGatewayUrl } = await simulator.listen({ port: 0 });
  // One attempt: a refusal must be seen, not retried away.
  const client = {
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const clients = {
    ec2: new EC2Client(client),
    ssm: new SSMClient(client),
    cloudWatch: new CloudWatchClient(client),
  };
  return {
    url,
    connectionGatewayUrl,
    ...clients,
    now: () => time,
    advance: (seconds) => {
      time += seconds * 1000;
    },
    steer: (method, path, body) => steer(`${url}/_sim${path}`, method, body),
    close: async () => {
      for (const awsClient of Object.values(clients)) awsClient.destroy();
      await simulator.close();
    },
  };
}

async function steer<T>(url: string, method: string, body?: object): Promise<T> {
  const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, { method, ...json });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export interface DesktopWish {
  sessionId: string;
  owner: string;
  verifier: string;
  passwordParameter?: string;
  permissions?: string;
}

const line = (name: string, value: string, prefix = '') =>
  `${prefix}DESKFLEET_${name}${prefix && ' '}=${prefix && ' '}'${Buffer.from(value).toString('base64')}'`;

function assignments(wish: DesktopWish, dcvSessionId: string, prefix = ''): string {
  const { sessionId, owner, verifier, passwordParameter, permissions } = wish;
  return [
    ...(passwordParameter ? [line('PASSWORD_PARAMETER', passwordParameter, prefix)] : []),
    ...(permissions === undefined ? [] : [line('PERMISSIONS', permissions, prefix)]),
    line('SESSION_ID', sessionId, prefix),
    line('DCV_SESSION_ID', dcvSessionId, prefix),
    line('OWNER', owner, prefix),
    line('AUTH_TOKEN_VERIFIER', verifier, prefix),
    line('SESSION_TYPE', 'virtual', prefix),
  ].join('\n');
}

/** Gzipped bash, as cloud-init takes it. */
export function linuxUserData(wish: DesktopWish): string {
  return gzipSync(`#!/bin/bash\n${assignments(wish, wish.sessionId)}\nsystemctl start dcvserver\n`).toString(
    'base64',
  );
}

export function windowsUserData(wish: DesktopWish): string {
  return Buffer.from(`<powershell>\n${assignments(wish, 'console', '$')}\n</powershell>`).toString('base64');
}

export const desktop: DesktopWish = { sessionId: 's-1', owner: 'alice', verifier: 'http://127.0.0.1:9/' };

function launchRequest(change: Partial<RunInstancesCommandInput> = {}): RunInstancesCommandInput {
  return {
    ImageId: linuxImage,
    InstanceType: 'm7i.large',
    SubnetId: subnetA,
    MinCount: 1,
    MaxCount: 1,
    UserData: linuxUserData(desktop),
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'my desktop' }] }],
    ...change,
  };
}

export async function launch(
  fixture: Fixture,
  change: Partial<RunInstancesCommandInput> = {},
): Promise<Instance[]> {
  const answer = await fixture.ec2.send(new RunInstancesCommand(launchRequest(change)));
  return answer.Instances ?? [];
}

export async function launchOne(
  fixture: Fixture,
  change: Partial<RunInstancesCommandInput> = {},
): Promise<string> {
  const [instance] = await launch(fixture, change);
  if (!instance?.InstanceId) throw new Error('nothing was launched');
  return instance.InstanceId;
}

/** Launched, booted, and DCV answers. */
export async function launchReady(
  fixture: Fixture,
  change: Partial<RunInstancesCommandInput> = {},
): Promise<string> {
  const instanceId = await launchOne(fixture, change);
  fixture.advance(bootSeconds);
  return instanceId;
}

export async function describeOne(fixture: Fixture, instanceId: string): Promise<Instance> {
  const answer = await fixture.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  const instance = answer.Reservations?.[0]?.Instances?.[0];
  if (!instance) throw new Error(`${instanceId} was not described`);
  return instance;
}

export async function stateOf(fixture: Fixture, instanceId: string): Promise<string | undefined> {
  return (await describeOne(fixture, instanceId)).State?.Name;
}

/** Launched, booted, and stopped again. */
export async function launchStopped(
  fixture: Fixture,
  change: Partial<RunInstancesCommandInput> = {},
): Promise<string> {
  const instanceId = await launchReady(fixture, change);
  await stop(fixture, [instanceId]);
  fixture.advance(bootSeconds);
  return instanceId;
}

export const start = (fixture: Fixture, InstanceIds: string[]) =>
  fixture.ec2.send(new StartInstancesCommand({ InstanceIds }));

export const stop = (
  fixture: Fixture,
  InstanceIds: string[],
  how: { Force?: boolean; Hibernate?: boolean } = {},
) => fixture.ec2.send(new StopInstancesCommand({ InstanceIds, ...how }));

export const terminate = (fixture: Fixture, InstanceIds: string[]) =>
  fixture.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
