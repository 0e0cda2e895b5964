import { lastTransition, scheduledAt } from '@deskfleet/contracts';
import type { StatusChange } from '../src/application/session-store.ts';
import type { AutomaticFacts } from '../src/domain/automatic-facts.ts';

/**
 * What no change that a clock makes may do, said without the rules that decide; null: this one does not. `knownSeq` is the
 * latest intent that the clock knew of.
 */
export function faultOfChange(
  { set }: StatusChange,
  facts: AutomaticFacts,
  { connected, knownSeq, now }: { connected: number; knownSeq: number; now: Date },
): string | null {
  if (!set?.desired) return null;
  const { schedule, latestWish, latestIntent, status, keepRunningUntil } = facts;
  const edge = lastTransition(schedule, now)?.at ?? now;
  const isScheduled = scheduledAt(schedule, now);
  switch (set.desired) {
    case 'running':
      if (!isScheduled) return 'started outside its window';
      return latestWish?.wish === 'off' && latestWish.at >= edge ? 'started against a person’s stop' : null;
    case 'stopped':
    case 'hibernated':
      if (isScheduled) return 'stopped inside its window';
      if (latestIntent.seq > knownSeq) return 'stopped although somebody asked for something';
      if (connected > 0) return 'stopped while somebody is connected';
      if (keepRunningUntil !== null && keepRunningUntil > now) return 'stopped although it is kept running';
      // What somebody has started after the close is stopped for being idle only.
      if (set.desiredCause === 'idle') return null;
      return latestWish?.wish === 'up' && latestWish.at >= edge ? 'stopped against a person’s start' : null;
    case 'terminated':
      if (status.state !== 'stopped' && status.state !== 'hibernated')
        return 'ended although it was not at rest';
      return latestIntent.seq > knownSeq ? 'ended although somebody asked for something' : null;
    default:
      return set.desired satisfies never;
  }
}
