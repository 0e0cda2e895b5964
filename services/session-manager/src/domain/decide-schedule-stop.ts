import { type AutomaticFacts, isEnding, restFor } from './automatic-facts.ts';
import { type StopObservation, whyOvertaken } from './why-overtaken.ts';

/** A window of the schedule has closed (ScheduleStopDue). */
export interface ScheduleStopDue extends StopObservation {
  edgeAt: Date;
  /** The next open; null: there is none. */
  validUntil: Date | null;
  /** It is to be stopped now. Otherwise the idle rule decides. */
  stopAtClose: boolean;
  /** The owner wants that also while somebody is connected. */
  evenIfConnected: boolean;
}

/** Connections that the host has told of; null: it did not say. */
export type Connections = number | null | 'not-asked';

export type ScheduleStopDecision =
  | { outcome: 'stop'; to: 'stopped' | 'hibernated' }
  /** Nothing is known against it but that somebody may be connected, which the host knows. */
  | { outcome: 'ask-host' }
  | { outcome: 'void'; why: StopVoid };

type StopVoid =
  | NonNullable<ReturnType<typeof whyNotStop>>
  | 'ending'
  | 'left-to-idleness'
  | 'connected'
  | 'connections-unknown';

/** Whether a desktop stops because a window of its schedule has closed. Whatever a person did since wins. */
export function decideScheduleStop(
  due: ScheduleStopDue,
  facts: AutomaticFacts,
  { connections, now }: { connections: Connections; now: Date },
): ScheduleStopDecision {
  const { status } = facts;
  if (isEnding(status)) return { outcome: 'void', why: 'ending' };
  if (!due.stopAtClose || !facts.stopAtClose.wanted) return { outcome: 'void', why: 'left-to-idleness' };
  const why = whyNotStop(due, facts, now);
  if (why !== null) return { outcome: 'void', why };
  const to = restFor(status);
  if (due.evenIfConnected && facts.stopAtClose.isOwn) return { outcome: 'stop', to };
  // Who has connected to a desktop that is restarting is not known either.
  if (connections === null || status.state !== 'running') {
    return { outcome: 'void', why: 'connections-unknown' };
  }
  if (connections === 'not-asked') return { outcome: 'ask-host' };
  return connections > 0 ? { outcome: 'void', why: 'connected' } : { outcome: 'stop', to };
}

const isUp: readonly string[] = ['requested', 'provisioning', 'starting', 'running'];

function whyNotStop(due: ScheduleStopDue, facts: AutomaticFacts, now: Date) {
  const { status, latestWish } = facts;
  const { edgeAt, validUntil } = due;
  if (status.desired !== 'running' || !isUp.includes(status.state)) return 'not-running';
  if (validUntil !== null && now >= validUntil) return 'over';
  const why = whyOvertaken(due, facts, now);
  if (why !== null) return why;
  return latestWish?.wish === 'up' && latestWish.at >= edgeAt ? 'wanted-since-close' : null;
}
