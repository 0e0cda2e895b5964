import {
  type DescribeSubnetsCommandInput,
  type EC2Client,
  paginateDescribeSubnets,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { SubnetFacts, SubnetSource } from '../../application/refresh-subnets.ts';

/** DescribeSubnets: the most values that one filter takes (EC2 API reference). */
const filterValues = 200;

/** The configured subnets, or, when there are none, one of the default VPC for each zone. */
export function createEc2Subnets(client: EC2Client, configured: readonly string[]): SubnetSource {
  return {
    async all() {
      const facts: SubnetFacts[] = [];
      for (const Filters of filtersFor(configured)) {
        for await (const page of paginateDescribeSubnets({ client }, { Filters })) {
          facts.push(...(page.Subnets ?? []).flatMap((subnet) => factsOf(subnet) ?? []));
        }
      }
      return facts;
    },
  };
}

/** A filter and not SubnetIds: one id that EC2 does not know would fail the whole call. */
function filtersFor(configured: readonly string[]): NonNullable<DescribeSubnetsCommandInput['Filters']>[] {
  if (configured.length === 0) return [[{ Name: 'default-for-az', Values: ['true'] }]];
  const parts = Math.ceil(configured.length / filterValues);
  return Array.from({ length: parts }, (_, part) => [
    { Name: 'subnet-id', Values: configured.slice(part * filterValues, (part + 1) * filterValues) },
  ]);
}

/** Null for what no desktop can be launched in: a subnet that is still being made, or has no IPv4 addresses. */
function factsOf(subnet: Subnet): SubnetFacts | null {
  const { SubnetId: id, AvailabilityZone: zone, CidrBlock: cidr, State, Tags = [] } = subnet;
  if (!id || !zone || !cidr || State !== 'available') return null;
  return {
    id,
    zone,
    cidr,
    name: Tags.find(({ Key }) => Key === 'Name')?.Value ?? null,
    freeAddresses: subnet.AvailableIpAddressCount ?? 0,
  };
}
