/** What a profile says of where desktops may be. */
interface SubnetPolicy {
  /** Empty: all of the deployment's. */
  allowedSubnets: readonly string[];
}

/** The subnets that desktops may be in. */
export function subnetsOf<Subnet extends { id: string }>(
  { allowedSubnets }: SubnetPolicy,
  subnets: Subnet[],
): Subnet[] {
  return allowedSubnets.length === 0 ? subnets : subnets.filter(({ id }) => allowedSubnets.includes(id));
}

/** The zones of those subnets; empty while the subnets are not known. */
export function zonesOf(policy: SubnetPolicy, subnets: { id: string; zone: string }[]): string[] {
  return [...new Set(subnetsOf(policy, subnets).map(({ zone }) => zone))].sort();
}
