import { AwsError } from '../http/aws-error.ts';
import { isGone, stateAt } from '../state/instance-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import type { World } from '../state/world.ts';
import type { FormObject } from './query-form.ts';
import type { XmlObject } from './xml.ts';

/** One EC2 request: its parameters, and the region that its credential scope names. */
export interface Ec2Call {
  world: World;
  form: FormObject;
  region: string;
}

export type Ec2Action = (call: Ec2Call) => XmlObject;

/** The time as of which Describe calls answer: EC2 is eventually consistent. */
export function describedAt(world: World): number {
  return world.clock.now() - world.faults.describeLagSeconds * 1000;
}

/** EC2 shows an instance from its launch until about an hour after its end. */
export function isVisible(world: World, instance: InstanceRecord, at: number): boolean {
  if (stateAt(instance.powers, at) === undefined) return false;
  return !isGone(instance.powers, at, world.delays.terminatedVisibleSeconds);
}

const instanceIdFormat = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** The instances with these ids as of `at`; one unknown id fails the whole call, as at EC2. */
export function requireInstances(call: Ec2Call, ids: readonly string[], at: number): InstanceRecord[] {
  for (const id of ids) {
    if (!instanceIdFormat.test(id)) throw new AwsError('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
  }
  const found: InstanceRecord[] = [];
  const unknown: string[] = [];
  for (const id of new Set(ids)) {
    const instance = call.world.instances.get(id);
    if (instance?.region === call.region && isVisible(call.world, instance, at)) found.push(instance);
    else unknown.push(id);
  }
  if (unknown.length === 0) return found;
  const message =
    unknown.length === 1
      ? `The instance ID '${unknown[0]}' does not exist`
      : `The instance IDs '${unknown.join(', ')}' do not exist`;
  throw new AwsError('InvalidInstanceID.NotFound', message);
}

/** EC2 gives times to the second. */
export function toIso(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}
