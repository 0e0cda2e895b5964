import { type Subnet, subnets } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import type { SubnetFault } from '../state/records.ts';
import { countInstances, holdsAddress } from '../state/usage.ts';
import type { World } from '../state/world.ts';

// Of a /12, less the five addresses that AWS keeps for itself.
const addressesOfBlock = 1_048_571;

function faultOf(world: World, subnetId: string): SubnetFault | undefined {
  return world.faults.subnets.find((fault) => fault.subnetId === subnetId);
}

/** The subnets that exist, by id. */
export function existingSubnets(world: World): Map<string, Subnet> {
  return new Map([...subnets].filter(([subnetId]) => !faultOf(world, subnetId)?.removed));
}

export function subnetNotFound(subnetId: string): AwsError {
  return new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`);
}

/** Addresses in use; only asked where their number is steered. */
export function usedAddresses(world: World, subnetId: string): number {
  return countInstances(world, (instance) => instance.subnetId === subnetId && holdsAddress(world, instance));
}

/** Addresses that instances may still take. */
export function freeAddresses(world: World, subnetId: string): number {
  const addresses = faultOf(world, subnetId)?.addresses ?? null;
  return addresses === null ? addressesOfBlock : Math.max(0, addresses - usedAddresses(world, subnetId));
}

export function insufficientAddresses(subnetId: string): AwsError {
  return new AwsError(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
  );
}
