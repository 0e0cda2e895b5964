import { AwsError } from '../http/aws-error.ts';
import type { NoCapacity } from '../state/records.ts';

/** Throws InsufficientInstanceCapacity where the steering has taken a type's capacity from a zone. */
export function checkCapacity(noCapacity: readonly NoCapacity[], instanceType: string, zone: string): void {
  const isShort = noCapacity.some(
    (entry) =>
      (entry.instanceType === '*' || entry.instanceType === instanceType) &&
      (entry.zone === '*' || entry.zone === zone),
  );
  if (!isShort) return;
  throw new AwsError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}). ` +
      'Our system will be working on provisioning additional capacity. You can currently get ' +
      `${instanceType} capacity by not specifying an Availability Zone in your request or choosing another one.`,
  );
}
