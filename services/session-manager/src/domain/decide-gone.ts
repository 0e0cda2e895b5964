import { after } from './settings.ts';

/** Lookups by id that found nothing before an instance counts as gone, and over how long at least (lifecycle.md). */
const lookupsNeeded = 3;
const minutesNeeded = 10;

export interface MissingFacts {
  missingCount: number;
  missingSince: Date | null;
}

/** Whether an instance that EC2 does not know any more is gone; it may also be EC2's answers lagging. */
export function isGone({ missingCount, missingSince }: MissingFacts, now: Date): boolean {
  return (
    missingSince !== null &&
    missingCount >= lookupsNeeded &&
    now >= after(missingSince, { minutes: minutesNeeded })
  );
}

/**
 * Whether so many desktops seem gone at once that our sight must be wrong (credentials, region, tags) rather than the
 * desktops: more than 5 % of the fleet and more than 3.
 */
export function isMassDisappearance(seemGone: number, fleet: number): boolean {
  return seemGone > 3 && seemGone > fleet * 0.05;
}
