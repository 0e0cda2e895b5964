import { type EC2Client, type InstanceTypeInfo, paginateDescribeInstanceTypes } from '@aws-sdk/client-ec2';
import type { InstanceTypeFacts, InstanceTypeSource } from '../../application/ports.ts';

/** Every instance type that EC2 offers in the region. */
export function createEc2InstanceTypes(client: EC2Client): InstanceTypeSource {
  return {
    async all() {
      const facts: InstanceTypeFacts[] = [];
      for await (const page of paginateDescribeInstanceTypes({ client }, { MaxResults: 100 })) {
        facts.push(...(page.InstanceTypes ?? []).flatMap((info) => factsOf(info) ?? []));
      }
      return facts;
    },
  };
}

function factsOf(info: InstanceTypeInfo): InstanceTypeFacts | null {
  const vcpus = info.VCpuInfo?.DefaultVCpus;
  const memoryMiB = info.MemoryInfo?.SizeInMiB;
  if (!info.InstanceType || vcpus === undefined || memoryMiB === undefined) return null;
  const gpu = info.GpuInfo?.Gpus?.[0];
  return {
    name: info.InstanceType,
    vcpus,
    memoryMiB,
    gpu: gpu
      ? {
          name: gpu.Name ?? 'GPU',
          manufacturer: gpu.Manufacturer ?? 'unknown',
          count: gpu.Count ?? 1,
          memoryMiB: info.GpuInfo?.TotalGpuMemoryInMiB ?? 0,
        }
      : null,
    architectures: info.ProcessorInfo?.SupportedArchitectures ?? [],
    hibernationSupported: info.HibernationSupported ?? false,
  };
}
