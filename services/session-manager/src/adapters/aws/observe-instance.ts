import type { Instance } from '@aws-sdk/client-ec2';
import { ec2States, type Observation } from '../../domain/session-status.ts';

/** What EC2 says of an instance, in our words; null for an answer that names no instance or no state we know. */
export function observeInstance(instance: Instance): Observation | null {
  const state = ec2States.find((known) => known === instance.State?.Name);
  if (!instance.InstanceId || !state) return null;
  return {
    instanceId: instance.InstanceId,
    state,
    stateReasonCode: instance.StateReason?.Code ?? null,
    stateReasonMessage: instance.StateReason?.Message ?? null,
    instanceType: instance.InstanceType ?? '',
    privateIp: instance.PrivateIpAddress ?? null,
    availabilityZone: instance.Placement?.AvailabilityZone ?? null,
    subnetId: instance.SubnetId ?? null,
    sessionTag: instance.Tags?.find(({ Key }) => Key === 'deskfleet:session')?.Value ?? null,
    clientToken: instance.ClientToken || null,
  };
}
