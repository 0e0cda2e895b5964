import { isAtRest, type Memory, type SessionFacts, type Tell } from './session-facts.ts';
import { day, earliest, hour, latest, plus, type SchedulerSettings } from './settings.ts';
import { isKeptOff, nextOpen, openingOf, windowAt } from './window.ts';

/** A desktop that its schedule will start this soon does not expire: its owner needs it. */
const startsSoon = 7 * day;
/** At most one notice in this time. */
const noticeEvery = day;

export interface ExpiryDecision {
  tells: Tell[];
  expiry: Memory['expiry'];
  /** When it will be terminated, as far as that has been announced. */
  expiresAt: Date | null;
  lookAt: Date | null;
}

export interface ExpiryInput {
  facts: SessionFacts;
  memory: Memory;
  now: Date;
  lead: number;
  settings: SchedulerSettings;
}

/**
 * A stopped desktop that nobody needs is announced to be terminated from half its time on, and terminated no sooner than
 * half its time after the first announcement that was recorded: neither a changed setting nor a weekend of downtime
 * destroys anything unannounced.
 */
export function decideExpiry(input: ExpiryInput): ExpiryDecision {
  const { facts, now, settings } = input;
  const kept = settings.expiry[facts.os];
  const none = { tells: [], expiry: null, expiresAt: null, lookAt: null };
  if (kept === 0 || !isAtRest(facts) || facts.stateSince === null) return none;
  const stoppedSince = facts.stateSince;
  const half = plus(stoppedSince, kept / 2);
  if (now < half) return { ...none, lookAt: half };
  const deferredUntil = deferral(input);
  if (deferredUntil !== null) return { ...none, lookAt: deferredUntil };
  const known = input.memory.expiry;
  const before = known?.stoppedSince.getTime() === stoppedSince.getTime() ? known : null;
  const announcedAt = before?.announcedAt ?? now;
  const terminatesAt = latest(plus(stoppedSince, kept), plus(announcedAt, kept / 2)) ?? now;
  if (now >= terminatesAt) {
    return {
      tells: [{ what: 'stopped-too-long', stoppedSince, keptHours: kept / hour }],
      expiry: before,
      expiresAt: terminatesAt,
      lookAt: plus(now, settings.repeat),
    };
  }
  const notice = before === null || now >= plus(before.repeatedAt, noticeEvery);
  const repeatedAt = notice ? now : before.repeatedAt;
  return {
    tells: notice ? [{ what: 'expiry-announced', stoppedSince, terminatesAt }] : [],
    expiry: { stoppedSince, announcedAt, repeatedAt },
    expiresAt: terminatesAt,
    lookAt: earliest(terminatesAt, plus(repeatedAt, noticeEvery)),
  };
}

/** Until when it is not even announced: the owner has paused it, or it will be started soon anyway. */
function deferral(input: ExpiryInput): Date | null {
  const { facts, now, lead } = input;
  if (facts.pauseUntil !== null && facts.pauseUntil > now) return facts.pauseUntil;
  const window = windowAt(facts, now, lead);
  const isWanted = window !== null && !isKeptOff(facts, openingOf(input, window));
  const open = nextOpen(facts, now);
  const opensSoon = open !== null && open <= plus(now, startsSoon);
  return isWanted || opensSoon ? plus(now, day) : null;
}
