import { AwsError } from '../http/aws-error.ts';
import { applyPower } from '../state/change-power.ts';
import { type StateName, terminatePower } from '../state/instance-power.ts';
import type { Ec2Call } from './ec2-call.ts';
import { changeXml, type NamedInstances, namedInstances } from './named-instances.ts';
import type { XmlObject } from './xml.ts';

const hasEnded = (state: StateName | undefined) => state === 'shutting-down' || state === 'terminated';

function terminateIn({ world }: Ec2Call, states: NamedInstances, isAllowed: (zone: string) => boolean): void {
  for (const [instance, state] of states) {
    if (hasEnded(state) || !isAllowed(instance.zone)) continue;
    applyPower(world, instance, terminatePower(world.clock.now(), world.delays));
  }
}

/**
 * TerminateInstances, from any state; repeating it changes nothing. A protected instance fails the call, and saves those in
 * its own Availability Zone only (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html).
 */
export function terminateInstances(call: Ec2Call): XmlObject {
  const states = namedInstances(call);
  const kept = [...states]
    .filter(([instance, state]) => instance.terminationProtected && !hasEnded(state))
    .map(([instance]) => instance);
  const keptZones = new Set(kept.map((instance) => instance.zone));
  terminateIn(call, states, (zone) => !keptZones.has(zone));
  const [first] = kept;
  if (!first) return changeXml(call, states);
  throw new AwsError(
    'OperationNotPermitted',
    `The instance '${first.instanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute ` +
      'and try again.',
  );
}
