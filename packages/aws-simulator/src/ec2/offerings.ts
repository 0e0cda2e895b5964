import type { InstanceType } from '../catalogue/instance-types.ts';
import { AwsError } from '../http/aws-error.ts';
import type { World } from '../state/world.ts';

/** The zones of a region that offer a type; none when it has been taken away altogether. */
export function zonesOffering(world: World, type: InstanceType, region: string): string[] {
  return [...type.zones].map((letter) => region + letter).filter((zone) => isOffered(world, type, zone));
}

export function isOffered(world: World, type: InstanceType, zone: string): boolean {
  if (!type.zones.includes(zone.slice(-1))) return false;
  return !world.faults.notOffered.some(
    (entry) => entry.instanceType === type.type && (entry.zone === '*' || entry.zone === zone),
  );
}

/** Throws what EC2 answers to a launch of a type that the zone, or the whole region, does not offer. */
export function requireOffered(world: World, type: InstanceType, zone: string): void {
  const zones = zonesOffering(world, type, zone.slice(0, -1));
  if (zones.length === 0) throw unsupportedConfiguration();
  if (!zones.includes(zone)) throw unsupportedInZone(type.type, zone, zones);
}

function unsupportedInZone(instanceType: string, zone: string, zones: string[]): AwsError {
  return new AwsError(
    'Unsupported',
    `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${zone}). ` +
      `Please retry your request by not specifying an Availability Zone or choosing ${zones.join(', ')}.`,
  );
}

export function unsupportedConfiguration(): AwsError {
  return new AwsError(
    'Unsupported',
    'The requested configuration is currently not supported. Please check the documentation for supported configurations.',
  );
}
