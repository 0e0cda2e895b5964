import {
  decideResolution,
  type ResolutionDecision,
  type ResolutionRefusal,
} from '../domain/decide-resolution.ts';
import type { DenialBudget } from './denial-budget.ts';
import type { Clock, Log, ReadSession } from './ports.ts';

export const transportProtocols = ['HTTP', 'QUIC'] as const;
export type TransportProtocol = (typeof transportProtocols)[number];

/** What a Connection Gateway asks, and from where. */
export interface ResolutionQuestion {
  /** Any text: what is no id of a session is a session that does not exist. */
  sessionId: string;
  transport: TransportProtocol;
  clientAddress: string | null;
  /** Canonical; null when no address could be made of what the proxies report. */
  askedFrom: string | null;
}

export interface UnresolvedQuestion extends Partial<ResolutionQuestion> {
  reason: ResolutionRefusal | 'malformed-request' | 'too-many-requests';
  askedFrom: string | null;
}

export type LogRefusal = (unresolved: UnresolvedQuestion) => void;

export interface RefusalLogging {
  clock: Clock;
  log: Log;
  /** Not the authenticator's: who guesses ids here must not use up what the log of connections has room for. */
  budget: DenialBudget;
}

/** Makes the function that logs why a session was not resolved, as far as the budget goes. */
export function createRefusalLog({ clock, log, budget }: RefusalLogging): LogRefusal {
  return (unresolved) => {
    if (!budget.spend(unresolved.askedFrom ?? 'unknown', clock.now())) return;
    log.warn(unresolved, 'A session was not resolved');
  };
}

/**
 * Tells a Connection Gateway where a session is. Takes no lock: what changes a moment later makes the way lead nowhere,
 * and the authenticator decides about every connection anew.
 * @throws when the records cannot be reached.
 */
export async function resolveSession(
  { readSession, logRefusal }: { readSession: ReadSession; logRefusal: LogRefusal },
  question: ResolutionQuestion,
): Promise<ResolutionDecision> {
  const decision = decideResolution(await readSession(question.sessionId));
  if (!decision.resolved) logRefusal({ ...question, reason: decision.reason });
  return decision;
}
