import {
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSubnetsCommand,
  paginateDescribeInstanceTypes,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, launchOne, startFixture } from './simulator-fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ throttling: false });
});

afterAll(() => fixture.close());

test('instance types come in pages, each once', async () => {
  const seen: unknown[] = [];
  const sizes: (number | undefined)[] = [];
  for await (const page of paginateDescribeInstanceTypes({ client: fixture.ec2, pageSize: 25 }, {})) {
    sizes.push(page.InstanceTypes?.length);
    seen.push(...(page.InstanceTypes ?? []).map((type) => type.InstanceType));
  }
  expect(sizes.slice(0, 2)).toEqual([25, 25]);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBeGreaterThan(50);
});

test.each([
  [
    't3.large',
    { VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 8192 }, HibernationSupported: true },
  ],
  ['m7g.xlarge', { ProcessorInfo: { SupportedArchitectures: ['arm64'] }, VCpuInfo: { DefaultVCpus: 4 } }],
  [
    'g4dn.12xlarge',
    {
      VCpuInfo: { DefaultVCpus: 48 },
      GpuInfo: {
        Gpus: [{ Name: 'T4', Manufacturer: 'NVIDIA', Count: 4, MemoryInfo: { SizeInMiB: 16384 } }],
        TotalGpuMemoryInMiB: 65536,
      },
      HibernationSupported: false,
    },
  ],
] as const)('%s has its true figures', async (name, figures) => {
  const answer = await fixture.ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: [name] }));
  expect(answer.InstanceTypes?.[0]).toMatchObject(figures);
});

test('an unknown type is InvalidInstanceType', async () => {
  const request = new DescribeInstanceTypesCommand({ InstanceTypes: ['m7i.huge' as 'm7i.large'] });
  await expect(fixture.ec2.send(request)).rejects.toMatchObject({ name: 'InvalidInstanceType' });
});

test('offerings name the zones that have a type', async () => {
  const request = new DescribeInstanceTypeOfferingsCommand({
    LocationType: 'availability-zone',
    Filters: [{ Name: 'instance-type', Values: ['p3dn.24xlarge'] }],
  });
  const offerings = (await fixture.ec2.send(request)).InstanceTypeOfferings ?? [];
  expect(offerings.map((offering) => offering.Location)).toEqual(['us-east-1c', 'us-east-1d']);
});

test('there are subnets in three zones, and images for Linux and Windows with their root snapshots', async () => {
  const subnets = (await fixture.ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? [];
  expect(subnets.map((subnet) => subnet.AvailabilityZone)).toEqual([
    'us-east-1a',
    'us-east-1b',
    'us-east-1c',
  ]);
  const images = (await fixture.ec2.send(new DescribeImagesCommand({}))).Images ?? [];
  expect(new Set(images.map((image) => image.Platform))).toEqual(new Set([undefined, 'windows']));
  for (const image of images) {
    expect(image.BlockDeviceMappings?.[0]?.Ebs?.VolumeSize).toBeGreaterThanOrEqual(8);
  }
});

test.each([
  ['al2023-ami-*-x86_64', 'Linux/UNIX', '/dev/xvda', 8],
  ['ubuntu-jammy-22.04-*', 'Linux/UNIX', '/dev/sda1', 8],
  ['ubuntu-noble-24.04-*', 'Linux/UNIX', '/dev/sda1', 8],
  ['RHEL-8.*', 'Red Hat Enterprise Linux', '/dev/sda1', 10],
  ['RHEL-9.*', 'Red Hat Enterprise Linux', '/dev/sda1', 10],
  ['Rocky-8-*', 'Linux/UNIX', '/dev/sda1', 10],
  ['Rocky-9-*', 'Linux/UNIX', '/dev/sda1', 10],
  ['*NonGraphics-Server-2019*', 'Windows', '/dev/sda1', 30],
  ['*NVIDIA-Server-2019*', 'Windows', '/dev/sda1', 30],
  ['*NonGraphics-Server-2022*', 'Windows', '/dev/sda1', 30],
  ['*NVIDIA-Server-2022*', 'Windows', '/dev/sda1', 30],
  ['*NonGraphics-Server-2025*', 'Windows', '/dev/sda1', 30],
  ['*NVIDIA-Server-2025*', 'Windows', '/dev/sda1', 30],
])('there is one image %s, and it can be launched', async (name, platformDetails, rootDevice, sizeGiB) => {
  const request = new DescribeImagesCommand({ Filters: [{ Name: 'name', Values: [name] }] });
  const images = (await fixture.ec2.send(request)).Images ?? [];
  expect(images).toMatchObject([
    {
      State: 'available',
      PlatformDetails: platformDetails,
      RootDeviceName: rootDevice,
      BlockDeviceMappings: [{ DeviceName: rootDevice, Ebs: { VolumeSize: sizeGiB } }],
    },
  ]);
  await expect(launchOne(fixture, { ImageId: images[0]?.ImageId ?? '' })).resolves.toMatch(/^i-/);
});

test.each([
  ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64', /^al2023-.*-x86_64$/],
  ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64', /^al2023-.*-arm64$/],
  ['/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id', /22\.04/],
  ['/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id', /24\.04/],
  ['/aws/service/ami-windows-latest/Windows_Server-2019-English-Full-Base', /NonGraphics-Server-2019/],
  ['/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base', /NonGraphics-Server-2022/],
  ['/aws/service/ami-windows-latest/Windows_Server-2025-English-Full-Base', /NonGraphics-Server-2025/],
])('the public parameter %s names its image', async (Name, imageName) => {
  const ImageId = (await fixture.ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value ?? '';
  const images = (await fixture.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }))).Images;
  expect(images?.[0]?.Name).toMatch(imageName);
});
