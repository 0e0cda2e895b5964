import { type DcvFeature, dcvFeatures } from '@deskfleet/contracts';

/** The DCV features in a column, in their order; what this version does not know is left out. */
export function knownFeatures(column: readonly string[]): DcvFeature[] {
  return dcvFeatures.filter((feature) => column.includes(feature));
}
