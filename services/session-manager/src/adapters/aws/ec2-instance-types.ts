import {
  type EC2Client,
  type InstanceTypeInfo,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeInstanceTypes,
} from '@aws-sdk/client-ec2';
import type { InstanceTypeFacts, InstanceTypeSource } from '../../application/ports.ts';

/** The largest pages (EC2 API reference). */
const typesPerPage = 100;
const offeringsPerPage = 1000;

/** Every instance type that a zone of the region offers. DescribeInstanceTypes names some that none does. */
export function createEc2InstanceTypes(client: EC2Client): InstanceTypeSource {
  return {
    async all() {
      const zones = await zonesByType(client);
      const facts: InstanceTypeFacts[] = [];
      for await (const page of paginateDescribeInstanceTypes({ client }, { MaxResults: typesPerPage })) {
        for (const info of page.InstanceTypes ?? []) {
          const type = factsOf(info, zones.get(info.InstanceType ?? '') ?? []);
          if (type && type.zones.length > 0) facts.push(type);
        }
      }
      return facts;
    },
  };
}

async function zonesByType(client: EC2Client): Promise<Map<string, string[]>> {
  const zones = new Map<string, string[]>();
  const input = { LocationType: 'availability-zone' as const, MaxResults: offeringsPerPage };
  for await (const page of paginateDescribeInstanceTypeOfferings({ client }, input)) {
    for (const { InstanceType, Location } of page.InstanceTypeOfferings ?? []) {
      if (!InstanceType || !Location) continue;
      zones.set(InstanceType, [...(zones.get(InstanceType) ?? []), Location].toSorted());
    }
  }
  return zones;
}

function factsOf(info: InstanceTypeInfo, zones: string[]): InstanceTypeFacts | null {
  const vcpus = info.VCpuInfo?.DefaultVCpus;
  const memoryMiB = info.MemoryInfo?.SizeInMiB;
  if (!info.InstanceType || vcpus === undefined || memoryMiB === undefined) return null;
  return {
    name: info.InstanceType,
    vcpus,
    memoryMiB,
    gpu: gpuOf(info),
    architectures: info.ProcessorInfo?.SupportedArchitectures ?? [],
    hibernationSupported: info.HibernationSupported ?? false,
    zones,
  };
}

function gpuOf({ GpuInfo }: InstanceTypeInfo): InstanceTypeFacts['gpu'] {
  const gpu = GpuInfo?.Gpus?.[0];
  if (!gpu) return null;
  return {
    name: gpu.Name ?? 'GPU',
    manufacturer: gpu.Manufacturer ?? 'unknown',
    count: gpu.Count ?? 1,
    memoryMiB: GpuInfo?.TotalGpuMemoryInMiB ?? 0,
  };
}
