import { readdirSync, readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bootSeconds,
  desktop,
  type Fixture,
  launchReady,
  linuxImage,
  linuxUserData,
  startFixture,
  subnetA,
} from './simulator-fixture.ts';

// The answers as bytes, not as the SDK reads them: SDK and simulator could agree on a mistake.

const folder = new URL('documented/', import.meta.url);
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  isArray: (name) => name === 'item',
});

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ throttling: false });
});

afterAll(() => fixture.close());

function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => [path, ...pathsOf(entry, path)]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const childPath = path === '' ? name : `${path}/${name}`;
    return [childPath, ...pathsOf(child, childPath)];
  });
}

const uniquePaths = (xml: string) => [...new Set(pathsOf(parser.parse(xml)))].sort();

function credential(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=x/20261122/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=x`;
}

async function ec2(Action: string, parameters: Record<string, string> = {}): Promise<string> {
  const body = new URLSearchParams({ Action, Version: '2016-11-15', ...parameters });
  const headers = { authorization: credential('ec2') };
  return (await fetch(fixture.url, { method: 'POST', headers, body })).text();
}

async function ssm(action: string, input: object): Promise<object> {
  const headers = {
    authorization: credential('ssm'),
    'x-amz-target': `AmazonSSM.${action}`,
    'content-type': 'application/x-amz-json-1.1',
  };
  const response = await fetch(fixture.url, { method: 'POST', headers, body: JSON.stringify(input) });
  return (await response.json()) as object;
}

const launchForm = {
  ImageId: linuxImage,
  InstanceType: 'm7i.large',
  MinCount: '1',
  MaxCount: '1',
  SubnetId: subnetA,
  UserData: linuxUserData(desktop),
  'TagSpecification.1.ResourceType': 'instance',
  'TagSpecification.1.Tag.1.Key': 'Name',
  'TagSpecification.1.Tag.1.Value': 'x',
};

async function stopped(): Promise<string> {
  const id = await launchReady(fixture);
  await ec2('StopInstances', { 'InstanceId.1': id });
  fixture.advance(bootSeconds);
  return id;
}

let images = 0;

async function createImage(): Promise<string> {
  images += 1;
  const parameters = {
    InstanceId: await launchReady(fixture),
    Name: `image ${images}`,
    'TagSpecification.1.ResourceType': 'snapshot',
    'TagSpecification.1.Tag.1.Key': 'a',
    'TagSpecification.1.Tag.1.Value': 'b',
  };
  return ec2('CreateImage', parameters);
}

async function deregisterImage(): Promise<string> {
  const ImageId = /<imageId>([^<]+)</.exec(await createImage())?.[1] ?? '';
  return ec2('DeregisterImage', { ImageId });
}

const answers: Record<string, () => Promise<string>> = {
  RunInstances: () => ec2('RunInstances', launchForm),
  DescribeInstances: async () => ec2('DescribeInstances', { 'InstanceId.1': await launchReady(fixture) }),
  StartInstances: async () => ec2('StartInstances', { 'InstanceId.1': await stopped() }),
  StopInstances: async () => ec2('StopInstances', { 'InstanceId.1': await launchReady(fixture) }),
  TerminateInstances: async () => ec2('TerminateInstances', { 'InstanceId.1': await launchReady(fixture) }),
  RebootInstances: async () => ec2('RebootInstances', { 'InstanceId.1': await launchReady(fixture) }),
  CreateTags: async () =>
    ec2('CreateTags', { 'ResourceId.1': await launchReady(fixture), 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' }),
  DescribeVolumes: async () => {
    const id = await launchReady(fixture);
    return ec2('DescribeVolumes', { 'Filter.1.Name': 'attachment.instance-id', 'Filter.1.Value.1': id });
  },
  DescribeSubnets: () => ec2('DescribeSubnets'),
  DescribeImages: () => ec2('DescribeImages'),
  CreateImage: createImage,
  DeregisterImage: deregisterImage,
  DescribeSnapshots: async () => {
    await createImage();
    return ec2('DescribeSnapshots');
  },
  ModifyInstanceAttribute: async () => {
    const InstanceId = await launchReady(fixture);
    return ec2('ModifyInstanceAttribute', { InstanceId, 'DisableApiTermination.Value': 'true' });
  },
  DescribeInstanceTypes: () => ec2('DescribeInstanceTypes', { 'InstanceType.1': 'g5.2xlarge' }),
  DescribeInstanceTypeOfferings: () =>
    ec2('DescribeInstanceTypeOfferings', { LocationType: 'availability-zone' }),
  Error: () => ec2('DescribeInstances', { 'InstanceId.1': 'i-00000000000000000' }),
};

const documented = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => name.replace('.xml', ''));

test.each(documented)('%s has every element of the documented answer', async (name) => {
  const sample = readFileSync(new URL(`${name}.xml`, folder), 'utf8');
  const answer = await answers[name]?.();
  expect(answer).toBeDefined();
  expect(uniquePaths(answer ?? '')).toEqual(expect.arrayContaining(uniquePaths(sample)));
  const namespace = /xmlns="[^"]+"/;
  expect(namespace.exec(answer ?? '')?.[0]).toBe(namespace.exec(sample)?.[0]);
});

const known = new Map<string, Set<string>>();
for (const line of readFileSync(new URL('element-paths.txt', folder), 'utf8').split('\n')) {
  const [operation = '', path = ''] = line.split(' ');
  if (operation === '' || operation === '#') continue;
  known.set(operation, (known.get(operation) ?? new Set()).add(path));
}

const unmodelled = ['Error', 'RebootInstances', 'CreateTags', 'ModifyInstanceAttribute'];
const ec2Operations = Object.keys(answers).filter((name) => !unmodelled.includes(name));

test.each(ec2Operations)('%s has no element that the service model does not know', async (name) => {
  const root = `${name}Response/`;
  const inside = uniquePaths((await answers[name]?.()) ?? '')
    .filter((path) => path.startsWith(root))
    .map((path) => path.slice(root.length));
  const model = known.get(name) ?? new Set();
  expect(inside.length).toBeGreaterThan(1);
  // EC2's models do not list the request id, which every answer has.
  expect(inside.filter((path) => path !== 'requestId' && !model.has(path))).toEqual([]);
});

function jsonPathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value))
    return value.flatMap((entry) => [`${path}/[]`, ...jsonPathsOf(entry, `${path}/[]`)]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const key = /\/Parameters$/.test(path) ? '*' : name;
    const childPath = path === '' ? key : `${path}/${key}`;
    return [childPath, ...jsonPathsOf(child, childPath)];
  });
}

test('SSM answers have no member that the service model does not know', async () => {
  const id = await launchReady(fixture);
  const send = { InstanceIds: [id], DocumentName: 'AWS-RunShellScript', Parameters: { commands: ['true'] } };
  const sent = (await ssm('SendCommand', send)) as { Command: { CommandId: string } };
  fixture.advance(1);
  const { CommandId } = sent.Command;
  const put = { Name: 'x', Value: 'y', Type: 'String', Tags: [{ Key: 'a', Value: 'b' }] };
  const all: [string, object][] = [
    ['SendCommand', sent],
    ['ListCommands', await ssm('ListCommands', { CommandId })],
    ['ListCommandInvocations', await ssm('ListCommandInvocations', { CommandId, Details: true })],
    ['GetCommandInvocation', await ssm('GetCommandInvocation', { CommandId, InstanceId: id })],
    ['DescribeInstanceInformation', await ssm('DescribeInstanceInformation', {})],
    ['PutParameter', await ssm('PutParameter', put)],
    ['GetParameter', await ssm('GetParameter', { Name: 'x' })],
    ['GetParameters', await ssm('GetParameters', { Names: ['x'] })],
    ['ListTagsForResource', await ssm('ListTagsForResource', { ResourceType: 'Parameter', ResourceId: 'x' })],
    ['DeleteParameters', await ssm('DeleteParameters', { Names: ['x', 'y'] })],
  ];
  for (const [name, answer] of all) {
    const paths = jsonPathsOf(answer);
    expect(paths.length, name).toBeGreaterThan(1);
    expect(
      paths.filter((path) => !known.get(name)?.has(path)),
      name,
    ).toEqual([]);
  }
});
