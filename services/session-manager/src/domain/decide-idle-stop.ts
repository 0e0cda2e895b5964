import { type AutomaticFacts, isEnding, restFor } from './automatic-facts.ts';
import { type Overtaken, type StopObservation, whyOvertaken } from './why-overtaken.ts';

export type IdleStopDecision =
  | { outcome: 'stop'; to: 'stopped' | 'hibernated' }
  | { outcome: 'void'; why: 'ending' | 'not-running' | Overtaken };

/**
 * Whether a desktop stops because nobody has used it (IdleDetected). That it is idle is for the idle-monitor to say; here it
 * is seen to that nothing has come since. Unlike at a close, the host has been asked already who is connected.
 */
export function decideIdleStop(
  detected: StopObservation,
  facts: AutomaticFacts,
  now: Date,
): IdleStopDecision {
  const { status } = facts;
  if (isEnding(status)) return { outcome: 'void', why: 'ending' };
  if (status.desired !== 'running' || status.state !== 'running') {
    return { outcome: 'void', why: 'not-running' };
  }
  const why = whyOvertaken(detected, facts, now);
  return why === null ? { outcome: 'stop', to: restFor(status) } : { outcome: 'void', why };
}
