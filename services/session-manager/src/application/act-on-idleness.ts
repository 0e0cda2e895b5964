import type { EventData } from '@deskfleet/contracts';
import { decideIdleStop } from '../domain/decide-idle-stop.ts';
import { type AutomaticDeps, stopAsIdle } from './automatic-changes.ts';

/** Nobody uses the desktop: it stops, unless something has come since it was looked at. */
export async function stopWhenIdle(
  { change, logger }: AutomaticDeps,
  { sessionId, ...event }: EventData<'deskfleet.idle.detected.v1'>,
): Promise<void> {
  const { observedAt, generation, idleSince, sentence } = event;
  const detected = { observedAt: new Date(observedAt), generation };
  await change(sessionId, (facts, now) => {
    const decision = decideIdleStop(detected, facts, now);
    logger.info({ sessionId, observedAt, idleSince, ...decision }, 'a desktop was found idle');
    return decision.outcome === 'stop' ? stopAsIdle(decision.to, sentence) : null;
  });
}
