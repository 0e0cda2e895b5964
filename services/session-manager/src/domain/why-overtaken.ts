import { scheduledAt } from '@deskfleet/contracts';
import { type AutomaticFacts, isAhead, isSince } from './automatic-facts.ts';
import { after } from './settings.ts';

/** What an automatic stop was decided on. */
export interface StopObservation {
  observedAt: Date;
  /** The latest intent that was known then. */
  generation: number;
}

export type Overtaken = NonNullable<ReturnType<typeof whyOvertaken>>;

/** An automatic stop is decided on what is true now: an older observation is void, and the event comes again. */
const observationMinutes = 2;

/** Why a stop that nobody asked for does not hold any more, whatever it was decided for; null: nothing overtakes it. */
export function whyOvertaken(
  { observedAt, generation }: StopObservation,
  { schedule, latestIntent, latestWish, ...facts }: AutomaticFacts,
  now: Date,
) {
  if (scheduledAt(schedule, now)) return 'scheduled';
  if (now > after(observedAt, { minutes: observationMinutes })) return 'observation-too-old';
  if (latestIntent.seq > generation || latestIntent.at > observedAt) return 'asked-since';
  // A start at EC2's console is no intent.
  if (latestWish?.wish === 'up' && isSince(latestWish.at, observedAt)) return 'asked-since';
  if (isSince(facts.overridesChangedAt, observedAt)) return 'overrides-changed';
  if (isAhead(facts.keepRunningUntil, now)) return 'kept-running';
  if (isSince(facts.scheduleChangedAt, observedAt)) return 'schedule-changed';
  if (isSince(facts.connectedAt, observedAt)) return 'connected-since';
  return null;
}
