import type { Place } from '../domain/choose-place.ts';
import type { LaunchSpec } from './session-store.ts';

/** What a launch is made of once its place is chosen. */
export interface LaunchParts {
  spec: LaunchSpec;
  place: Place;
  /** Where a Windows host finds its password. */
  passwordParameter: string | null;
}
