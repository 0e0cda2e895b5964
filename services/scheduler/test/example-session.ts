import { type Schedule, type ScheduleDay, weekOf } from '@deskfleet/contracts';
import { decideSession, type SessionDecision } from '../src/domain/decide-session.ts';
import type { Memory, SessionFacts, Tell } from '../src/domain/session-facts.ts';
import { hour, minute, type SchedulerSettings } from '../src/domain/settings.ts';

export const at = (text: string) => new Date(`${text}Z`);

export const settings: SchedulerSettings = {
  warning: 15 * minute,
  grace: hour,
  expiry: { linux: 0, windows: 0 },
  repeat: 10 * minute,
};

export const nothingTold: Memory = { edge: null, askedAt: null, warning: null, expiry: null };

export const runs: ScheduleDay = { type: 'run-all-day' };
export const stops: ScheduleDay = { type: 'stop-all-day' };
export const hours = (...windows: [start: string, end: string][]): ScheduleDay => ({
  type: 'custom',
  windows: windows.map(([start, end]) => ({ start, end })),
});

/** The same on Monday to Friday, and on the weekend. */
export function week(workday: ScheduleDay, weekend: ScheduleDay = stops, timezone = 'UTC'): Schedule {
  return { timezone, week: weekOf(workday, weekend), exceptions: [] };
}

/** A desktop of long ago, stopped by its schedule on Tuesday evening; it is Wednesday, 25 November 2026. */
export function facts(changes: Partial<SessionFacts> = {}): SessionFacts {
  return {
    sessionId: '0199c4a0-7d1e-7a43-9c58-3f6f80000000',
    owner: 'alice',
    os: 'linux',
    generation: 1,
    createdAt: at('2026-11-02T09:00'),
    schedule: week(hours(['08:00', '19:00'])),
    scheduleChangedAt: at('2026-11-02T09:00'),
    scheduleOpenedAt: null,
    keepRunningUntil: null,
    pauseUntil: null,
    stopAtClose: false,
    stopAskedByOwner: false,
    state: 'stopped',
    stateSince: at('2026-11-24T20:00'),
    desired: 'stopped',
    startedBySchedule: false,
    startedByPersonAt: at('2026-11-02T09:00'),
    stoppedByPersonAt: null,
    ...changes,
  };
}

export const running = { state: 'running', desired: 'running', stateSince: at('2026-11-24T08:05') } as const;

export interface Look {
  now: Date;
  decision: SessionDecision;
}

export interface Course {
  /** What is true at an instant. */
  facts: (now: Date) => SessionFacts;
  memory?: Memory;
  lead?: number;
  settings?: SchedulerSettings;
}

/** Looks when it was said to be due, as the scheduler does, or at every minute. */
export function follow(course: Course, from: Date, to: Date, { everyMinute = false } = {}): Look[] {
  const looks: Look[] = [];
  let memory = course.memory ?? nothingTold;
  for (let now: Date | null = from; now !== null && now < to; ) {
    const decision: SessionDecision = decideSession({
      facts: course.facts(now),
      memory,
      now,
      lead: course.lead ?? 0,
      settings: course.settings ?? settings,
    });
    looks.push({ now, decision });
    memory = decision.memory;
    now = everyMinute ? new Date(now.getTime() + minute) : decision.lookAt;
  }
  return looks;
}

/** What was told, and when, in words that a test compares. */
export function told(looks: Look[]): string[] {
  return looks.flatMap(({ now, decision }) => decision.tells.map((tell) => `${text(now)} ${words(tell)}`));
}

function words(tell: Tell): string {
  switch (tell.what) {
    case 'start-due':
      return `start for ${text(tell.edgeAt)}`;
    case 'stop-due':
      return `${tell.stops ? 'stop' : 'close'} of ${text(tell.edgeAt)}`;
    case 'stop-warning':
      return `warning: stops ${text(tell.stopsAt)}`;
    case 'expiry-announced':
      return `announced: terminates ${text(tell.terminatesAt)}`;
    case 'stopped-too-long':
      return `expired since ${text(tell.stoppedSince)}`;
    default:
      return tell satisfies never;
  }
}

/** `25 08:00`, with seconds where there are some. */
function text(instant: Date): string {
  const [, day, time] = /-(\d\d)T(\d\d:\d\d(?::(?!00)\d\d)?)/.exec(instant.toISOString()) ?? [];
  return `${day} ${time}`;
}

/** A course on which nothing changes by itself. */
export const always = (changes: Partial<SessionFacts>) => () => facts(changes);
/** The last close and the last open before the evening of the 25th were told. */
export const toldClose: Memory = { ...nothingTold, edge: { at: at('2026-11-24T19:00'), type: 'close' } };
export const toldOpen: Memory = {
  ...nothingTold,
  edge: { at: at('2026-11-25T08:00'), type: 'open' },
  askedAt: at('2026-11-25T08:00'),
};
