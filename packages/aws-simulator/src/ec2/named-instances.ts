import { AwsError } from '../http/aws-error.ts';
import type { StateName } from '../state/instance-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import { stateNow } from '../state/world.ts';
import { type Ec2Call, requireInstances } from './ec2-call.ts';
import { stateXml } from './instance-xml.ts';
import { missing, textsOf } from './query-form.ts';
import type { XmlObject } from './xml.ts';

/** The instances that a request names, with the states that it found them in. */
export type NamedInstances = Map<InstanceRecord, StateName>;

/** Calls that change instances check every one before they touch one: a bad id fails the whole call. */
export function namedInstances(call: Ec2Call): NamedInstances {
  const ids = textsOf(call.form, 'InstanceId');
  if (ids.length === 0) throw missing('InstanceId');
  const instances = requireInstances(call, ids, call.world.clock.now());
  return new Map(instances.map((instance) => [instance, stateNow(call.world, instance)]));
}

export function incorrectState(instance: InstanceRecord, verb: string): AwsError {
  const message = `The instance '${instance.instanceId}' is not in a state from which it can be ${verb}.`;
  return new AwsError('IncorrectInstanceState', message);
}

/** The answer that Start-, Stop- and TerminateInstances share. */
export function changeXml(call: Ec2Call, before: NamedInstances): XmlObject {
  const instancesSet = [...before].map(([instance, previous]) => ({
    instanceId: instance.instanceId,
    currentState: stateXml(stateNow(call.world, instance)),
    previousState: stateXml(previous),
  }));
  return { instancesSet };
}
