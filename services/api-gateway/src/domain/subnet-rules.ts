import type { CreateSessionBody } from '@deskfleet/contracts';
import type { AdmissionFacts, AdmissionFault, StackFacts, SubnetFacts } from './admission.ts';
import type { InstanceTypeFacts } from './instance-type-rules.ts';
import { subnetsOf } from './subnet-choice.ts';

type Places = Pick<AdmissionFacts, 'subnets'> & { stack: StackFacts };
type Wish = Pick<CreateSessionBody, 'subnetId'>;

/** Why the desktop cannot be in the subnet that was asked for, or in any. */
export function subnetFaults({ subnetId }: Wish, { stack, subnets }: Places): AdmissionFault[] {
  const allowed = subnetsOf(stack, subnets);
  if (subnetId === undefined) {
    // Before the subnets are known, session-manager chooses among what it will have read by then.
    if (subnets.length === 0 || allowed.length > 0) return [];
    const detail =
      'This software stack allows none of the subnets that there are. Choose another one, or ask your administrator.';
    return [{ code: 'subnet-not-allowed', pointer: '/softwareStackId', detail }];
  }
  const pointer = '/subnetId';
  const wayOut = `Choose one of ${listOf(allowed)}, or leave subnetId out.`;
  if (!subnets.some(({ id }) => id === subnetId)) {
    const detail = `There is no subnet ${subnetId} here. ${wayOut}`;
    return [{ code: 'unknown-subnet', pointer, detail }];
  }
  if (allowed.some(({ id }) => id === subnetId)) return [];
  const detail = `This software stack does not allow ${subnetId}. ${wayOut}`;
  return [{ code: 'subnet-not-allowed', pointer, detail }];
}

/** Why the type is not to be had where the desktop may be. A type of which no zone is known counts as offered. */
export function zoneFaults({ subnetId }: Wish, places: Places, type: InstanceTypeFacts): AdmissionFault[] {
  const allowed = subnetsOf(places.stack, places.subnets);
  const candidates = subnetId === undefined ? allowed : allowed.filter(({ id }) => id === subnetId);
  const offering = allowed.filter(({ zone }) => type.zones.includes(zone));
  const isOffered = candidates.some((subnet) => offering.includes(subnet));
  if (type.zones.length === 0 || candidates.length === 0 || isOffered) return [];
  const code = 'instance-type-not-in-zone';
  if (offering.length > 0) {
    const zone = candidates.map((subnet) => subnet.zone).join();
    const detail = `EC2 does not offer ${type.name} in ${zone}, the zone of ${subnetId}. It is offered in ${listOf(offering)}.`;
    return [{ code, pointer: '/subnetId', detail, otherTypeHelps: true }];
  }
  const zones = [...new Set(candidates.map(({ zone }) => zone))].join(', ');
  const detail = `EC2 does not offer ${type.name} in ${zones}, where this software stack's desktops may be. Choose another type.`;
  return [{ code, pointer: '/instanceType', detail, otherTypeHelps: true }];
}

function listOf(subnets: SubnetFacts[]): string {
  return subnets.map(({ id, zone }) => `${id} (${zone})`).join(', ') || 'none';
}
