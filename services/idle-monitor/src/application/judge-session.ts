import { type CheckOutcome, type CheckTime, checkOutcome } from '../domain/check-outcome.ts';
import { decideIdle } from '../domain/decide-idle.ts';
import type { IdleFacts } from '../domain/idle-facts.ts';
import { type IdleSettings, policyOf } from '../domain/idle-policy.ts';

/** What comes of a session by what is known of it, or what has to be asked. */
export type Judgement = { settled: CheckOutcome } | { ask: 'cpu' | 'host' };

export function judgeSession(facts: IdleFacts, settings: IdleSettings, now: Date): Judgement {
  const policy = policyOf(facts.session, settings);
  const decision = decideIdle(facts, policy, now);
  if (decision.outcome === 'ask') return { ask: decision.what };
  const time: CheckTime = { now, interval: settings.interval };
  return { settled: checkOutcome(facts, decision, policy, time) };
}
