import type { StackNeeds } from './admission.ts';
import { type InstanceTypeFacts, type InstanceTypeOffer, whyNotOn } from './instance-type-rules.ts';
import type { Refusal } from './refusal.ts';

/** What is known of a desktop and of the instance type that it is to get. */
export interface ResizeFacts {
  /** What the desktop's software stack asks of a type, also when the stack is switched off by now. */
  needs: StackNeeds;
  /** Null when there is none of that name. */
  type: InstanceTypeFacts | null;
  /** Where the instance and its volumes are; null when that is not known. */
  zone: string | null;
}

/** Why a desktop cannot get the type that was asked for; null when it can. Its state is judged elsewhere. */
export function judgeResize(
  { from, to }: { from: string; to: string },
  { needs, type, zone }: ResizeFacts,
  offer: InstanceTypeOffer,
): Refusal | null {
  if (to === from) {
    const detail = `This desktop already has the instance type ${from}. Choose another one.`;
    return { code: 'same-instance-type', detail };
  }
  if (!type) {
    const detail = `There is no instance type ${to} here. GET /v1/instance-types lists them.`;
    return refusal('unknown-instance-type', detail);
  }
  const why = whyNotOn(type, { ...needs, ...offer });
  if (why) return refusal('instance-type-not-allowed', why);
  // A volume cannot leave its zone. A type of which no zone is known counts as offered everywhere.
  if (zone !== null && type.zones.length > 0 && !type.zones.includes(zone)) {
    const detail = `EC2 does not offer ${to} in ${zone}, where this desktop's disk is. Choose another type.`;
    return refusal('instance-type-not-in-zone', detail);
  }
  return null;
}

function refusal(code: Refusal['code'], detail: string): Refusal {
  return { code, detail, errors: [{ pointer: '/instanceType', detail, code }] };
}
