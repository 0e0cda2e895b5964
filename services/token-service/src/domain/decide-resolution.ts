import { dcvSessionIdOf } from '@deskfleet/contracts';
import type { SessionRecord } from './session-access.ts';

/** A session that exists, as a Connection Gateway's question finds it. */
export interface ResolvableSession extends SessionRecord {
  sessionId: string;
}

/** Why a Connection Gateway was not told where a session is: for the log and the metric. */
export type ResolutionRefusal = 'host-unknown' | 'session-not-running' | 'session-unknown' | 'stop-accepted';

export type ResolutionDecision =
  | { resolved: true; dcvSessionId: string; hostAddress: string }
  | { resolved: false; reason: ResolutionRefusal };

/**
 * Where the connections to a session go. It decides nothing about people: whoever gets there has to show the DCV server
 * a token. `session` is null when there is none of that id.
 */
export function decideResolution(session: ResolvableSession | null): ResolutionDecision {
  if (session === null) return refused('session-unknown');
  const { sessionId, os, runtime } = session;
  if (runtime?.state !== 'running') return refused('session-not-running');
  if (runtime.desired !== 'running') return refused('stop-accepted');
  const { hostAddress } = runtime;
  if (hostAddress === null) return refused('host-unknown');
  return { resolved: true, dcvSessionId: dcvSessionIdOf(sessionId, os), hostAddress };
}

function refused(reason: ResolutionRefusal): ResolutionDecision {
  return { resolved: false, reason };
}
