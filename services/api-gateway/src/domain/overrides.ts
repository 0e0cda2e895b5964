import type { PutOverridesBody, Session } from '@deskfleet/contracts';
import type { CodedFault } from './refusal.ts';
import type { SchedulingSpec } from './scheduling-spec.ts';

/** What overrules a schedule for a while. */
export type Overrides = Pick<SchedulingSpec, 'keepRunningUntil' | 'pauseUntil'>;

const daysAhead = 366;

/** What still holds; what has passed overrules nothing any more. */
export function overridesAt({ keepRunningUntil, pauseUntil }: Overrides, now: Date): Session['overrides'] {
  const ahead = (instant: Date | null) => (instant !== null && instant > now ? instant.toISOString() : null);
  return { keepRunningUntil: ahead(keepRunningUntil), pauseUntil: ahead(pauseUntil) };
}

/** The overrides that a request sets or (null) removes; what it does not name is not in it. */
export function readOverrides({ keepRunningUntil, pauseUntil }: PutOverridesBody): Partial<Overrides> {
  return {
    ...(keepRunningUntil === undefined ? {} : { keepRunningUntil: instantOf(keepRunningUntil) }),
    ...(pauseUntil === undefined ? {} : { pauseUntil: instantOf(pauseUntil) }),
  };
}

/** What is wrong with overrides that are to be set: an instant that is not ahead, or is too far. */
export function overrideFaults(overrides: Partial<Overrides>, now: Date): CodedFault[] {
  const latest = now.getTime() + daysAhead * 86_400_000;
  return Object.entries(overrides).flatMap(([field, instant]): CodedFault[] => {
    if (instant === null || (instant > now && instant.getTime() <= latest)) return [];
    const detail = `The field '${field}' must be an instant after now, and within ${daysAhead} days. null removes it.`;
    return [{ code: 'override-out-of-range', pointer: `/${field}`, detail }];
  });
}

/** Until when a session is to be kept running: what is set already stays when it is later. */
export function keptRunningUntil({ keepRunningUntil }: Overrides, minutes: number, now: Date): Date {
  const wanted = new Date(now.getTime() + minutes * 60_000);
  return keepRunningUntil !== null && keepRunningUntil > wanted ? keepRunningUntil : wanted;
}

function instantOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
