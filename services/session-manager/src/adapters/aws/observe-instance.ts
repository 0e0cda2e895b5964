import type { Instance } from '@aws-sdk/client-ec2';
import type { Ec2State, Observation } from '../../domain/session-status.ts';

const ec2States: ReadonlySet<string> = new Set<Ec2State>([
  'pending',
  'running',
  'shutting-down',
  'terminated',
  'stopping',
  'stopped',
]);

/** What EC2 says of an instance, in our words; null for an answer that names no instance or no state we know. */
export function observeInstance(instance: Instance): Observation | null {
  const state = instance.State?.Name;
  if (!instance.InstanceId || state === undefined || !ec2States.has(state)) return null;
  return {
    instanceId: instance.InstanceId,
    state: state as Ec2State,
    stateReasonCode: instance.StateReason?.Code ?? null,
    stateReasonMessage: instance.StateReason?.Message ?? null,
    instanceType: instance.InstanceType ?? '',
    privateIp: instance.PrivateIpAddress ?? null,
    availabilityZone: instance.Placement?.AvailabilityZone ?? null,
    sessionTag: instance.Tags?.find(({ Key }) => Key === 'deskfleet:session')?.Value ?? null,
    clientToken: instance.ClientToken || null,
  };
}
