import type { IdleStatus } from '@deskfleet/contracts';
import type { IdleDecision } from './idle-decision.ts';
import type { IdleFacts, Memory } from './idle-facts.ts';
import { type IdlePolicy, minute } from './idle-policy.ts';
import { sentenceOf } from './idle-sentence.ts';
import type { HostReading } from './observations.ts';

/** Checks that are due within so short a time are made together: a call asks for 500 desktops as for one. */
const longestGathering = minute;
/** Of the interval, at most. */
const gatheringShare = 1 / 5;

/** Readings of hosts that are likely not to answer the next time either. */
const silent: readonly HostReading['kind'][] = ['silent', 'unreachable'];

/** What is told of a session. */
export type Tell =
  | { what: 'warning'; idleSince: Date; stopsAt: Date }
  | { what: 'detected'; idleSince: Date }
  | { what: 'activity-observed' };

/** What a check has come to: what is kept of it and what is told. */
export interface CheckOutcome {
  status: IdleStatus;
  /** A stable code. */
  reason: string;
  sentence: string;
  idleSince: Date | null;
  stopsAt: Date | null;
  memory: Memory;
  nextCheckAt: Date;
  tell: Tell | null;
}

export interface CheckTime {
  now: Date;
  /** Between two checks, in milliseconds. */
  interval: number;
}

/** Of a decision about a session: what is kept, what is told, and when it is looked at again. */
export function checkOutcome(
  { session, memory, host }: Pick<IdleFacts, 'session' | 'memory' | 'host'>,
  decision: Exclude<IdleDecision, { outcome: 'ask' }>,
  policy: IdlePolicy,
  time: CheckTime,
): CheckOutcome {
  const sentence = sentenceOf(decision, { policy, zone: session.schedule.timezone, now: time.now });
  const isIdle = decision.outcome === 'idle';
  const warnedAt = isIdle ? warningOf(decision, memory, time.now) : null;
  return {
    status: decision.outcome,
    reason: reasonOf(decision),
    sentence,
    idleSince: isIdle ? decision.since : null,
    stopsAt: isIdle ? decision.stopsAt : null,
    memory: {
      warnedAt,
      unknownChecks: decision.outcome === 'unknown' ? memory.unknownChecks + 1 : 0,
      lastAccess: 'access' in decision && decision.access ? decision.access : memory.lastAccess,
      hostSilent: host === null ? memory.hostSilent : silent.includes(host.reading.kind),
    },
    nextCheckAt: nextCheckAt(decision, time),
    tell: tellOf(decision, memory),
  };
}

function warningOf(
  decision: Extract<IdleDecision, { outcome: 'idle' }>,
  { warnedAt }: Memory,
  now: Date,
): Date | null {
  return decision.act === 'warn' ? now : warnedAt;
}

function reasonOf(decision: Exclude<IdleDecision, { outcome: 'ask' }>): string {
  switch (decision.outcome) {
    case 'active':
      return decision.activity.reason;
    case 'unknown':
      return decision.reason;
    case 'idle':
      return 'unused';
    default:
      return decision satisfies never;
  }
}

function tellOf(decision: Exclude<IdleDecision, { outcome: 'ask' }>, { warnedAt }: Memory): Tell | null {
  if (decision.outcome !== 'idle') return warnedAt === null ? null : { what: 'activity-observed' };
  const { act, since: idleSince, stopsAt } = decision;
  switch (act) {
    case 'warn':
      return { what: 'warning', idleSince, stopsAt };
    case 'stop':
      return { what: 'detected', idleSince };
    case 'wait':
      return null;
    default:
      return act satisfies never;
  }
}

/** When the outcome may change by itself, and with the others at the latest. */
function nextCheckAt(decision: IdleDecision, { now, interval }: CheckTime): Date {
  const withOthers = nextMultiple(now.getTime(), interval);
  const changesAt = changeOf(decision)?.getTime();
  if (changesAt === undefined || changesAt <= now.getTime()) return new Date(withOthers);
  const gathering = Math.min(longestGathering, interval * gatheringShare);
  return new Date(Math.min(withOthers, Math.ceil(changesAt / gathering) * gathering));
}

function changeOf(decision: IdleDecision): Date | undefined {
  if (decision.outcome === 'idle') return decision.stopsAt;
  if (decision.outcome !== 'active') return undefined;
  return 'until' in decision.activity ? (decision.activity.until ?? undefined) : undefined;
}

function nextMultiple(at: number, of: number): number {
  return (Math.floor(at / of) + 1) * of;
}
