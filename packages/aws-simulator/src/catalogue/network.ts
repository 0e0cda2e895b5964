/** A subnet of the simulator's one VPC; each lives in its own Availability Zone. */
export interface Subnet {
  readonly subnetId: string;
  readonly zoneLetter: string;
  readonly zoneIdNumber: number;
  readonly cidrBlock: string;
  /** First address of the block, as a 32-bit number. */
  readonly baseAddress: number;
}

export const accountId = '123456789012';
export const vpcId = 'vpc-0de5cf1ee7000000f';
export const defaultSecurityGroup = { groupId: 'sg-0de5cf1ee7000000f', groupName: 'default' };

export const subnets: ReadonlyMap<string, Subnet> = new Map(
  ['a', 'b', 'c'].map((letter, index) => {
    const subnetId = `subnet-0de5cf1ee7000000${letter}`;
    const firstOctets = 16 + index * 16;
    const cidrBlock = `127.${firstOctets}.0.0/12`;
    const baseAddress = (127 << 24) | (firstOctets << 16);
    return [subnetId, { subnetId, zoneLetter: letter, zoneIdNumber: index + 1, cidrBlock, baseAddress }];
  }),
);
