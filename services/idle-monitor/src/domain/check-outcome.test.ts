import { describe, expect, test } from 'vitest';
import {
  ago,
  ahead,
  idle,
  now,
  session,
  settings,
  warned,
  withReport,
  withSession,
} from '../../test/example-facts.ts';
import { judgeSession } from '../application/judge-session.ts';
import type { CheckOutcome } from './check-outcome.ts';
import type { IdleFacts } from './idle-facts.ts';
import { hour, type IdleSettings, minute } from './idle-policy.ts';

function outcome(facts: IdleFacts, change: Partial<IdleSettings> = {}, at = now): CheckOutcome {
  const judgement = judgeSession(facts, { ...settings, ...change }, at);
  if ('ask' in judgement) throw new Error(`it asks for ${judgement.ask}`);
  return judgement.settled;
}

const notWarned = { ...idle, memory: { ...warned, warnedAt: null } };
const inUse = withReport({ connections: 1 });
const unknown: IdleFacts = { ...idle, cpu: { kind: 'no-data' } };

describe('the sentence that the owner reads', () => {
  const inTokyo = { ...session.schedule, timezone: 'Asia/Tokyo' };
  test.each<[string, IdleFacts, string]>([
    [
      'a warning',
      { ...notWarned, ...withReportOf(45 * minute) },
      'Stops Thu 21:55 if unused: idle since Thu 20:55.',
    ],
    ['a stop', idle, 'Nobody has used it since Thu 19:40.'],
    [
      'used recently',
      { ...notWarned, ...withReportOf(10 * minute) },
      'Stops Thu 22:30 if unused: last used Thu 21:30.',
    ],
    ['connected', inUse, 'Not stopped: somebody is connected.'],
    ['two connected', withReport({ connections: 2 }), 'Not stopped: 2 are connected.'],
    [
      'CPU',
      { ...idle, cpu: { kind: 'percent', percent: 37 } },
      'Not stopped: CPU 37 % over the last 15 min (threshold 15 %).',
    ],
    ['GPU', withReport({ gpu: { kind: 'percent', percent: 97 } }), 'Not stopped: GPU 97 % (threshold 10 %).'],
    [
      'kept',
      withSession({ keepRunningUntil: ahead(hour) }),
      'Not stopped: it is kept running until Thu 22:40.',
    ],
    [
      'in the zone of its schedule',
      withSession({ schedule: inTokyo, keepRunningUntil: ahead(hour) }),
      'Not stopped: it is kept running until Fri 07:40.',
    ],
    ['no data', unknown, 'Not stopped: CloudWatch has no CPU data of its last 15 min.'],
  ])('%s', (_what, facts, sentence) => {
    expect(outcome(facts).sentence).toBe(sentence);
  });
});

function withReportOf(disconnectedAgo: number) {
  return { host: withReport({ disconnectedAgo }).host };
}

describe('what is told', () => {
  test('a warning once, with when it stops', () => {
    const first = outcome(notWarned);
    expect(first.tell).toEqual({ what: 'warning', idleSince: ago(2 * hour), stopsAt: ahead(15 * minute) });
    expect(first.memory.warnedAt).toEqual(now);
    expect(outcome({ ...idle, memory: first.memory }, {}, ahead(minute)).tell).toBeNull();
  });

  test('a stop at the end of the warning, and again while it has not come about', () => {
    expect(outcome(idle).tell).toEqual({ what: 'detected', idleSince: ago(2 * hour) });
    const again = outcome({ ...idle, memory: outcome(idle).memory }, {}, ahead(5 * minute));
    expect(again.tell).toEqual({ what: 'detected', idleSince: ago(2 * hour) });
  });

  test.each([
    ['used', inUse],
    ['kept running', withSession({ keepRunningUntil: ahead(hour) })],
    ['not known to be unused', unknown],
  ])('that a warning does not hold any more, where it is %s: the next one begins anew', (_what, facts) => {
    const { tell, memory, stopsAt } = outcome(facts);
    expect(tell).toEqual({ what: 'activity-observed' });
    expect(memory.warnedAt).toBeNull();
    expect(stopsAt).toBeNull();
  });

  test('nothing of a desktop that is used and was not warned of', () => {
    expect(outcome({ ...inUse, memory: notWarned.memory }).tell).toBeNull();
  });
});

describe('when it is looked at again', () => {
  test('with all others at the next interval', () => {
    expect(outcome(inUse).nextCheckAt).toEqual(new Date('2026-11-26T21:45:00Z'));
    expect(outcome(inUse, {}, ahead(minute)).nextCheckAt).toEqual(new Date('2026-11-26T21:45:00Z'));
  });

  test('at the end of a warning or a keep-alive, to the minute, so that nobody waits for the interval', () => {
    const warnedAt = new Date('2026-11-26T21:28:30Z');
    const waiting = { ...idle, memory: { ...warned, warnedAt } };
    expect(outcome(waiting).nextCheckAt).toEqual(new Date('2026-11-26T21:44:00Z'));
    const kept = withSession({ keepRunningUntil: ahead(90_000) });
    expect(outcome(kept).nextCheckAt).toEqual(new Date('2026-11-26T21:42:00Z'));
  });

  test('with intervals of seconds within a fifth of them', () => {
    const waiting = { ...idle, memory: { ...warned, warnedAt: ago(15 * minute - 1_100) } };
    expect(outcome(waiting, { interval: 10_000 }).nextCheckAt).toEqual(ahead(2_000));
  });
});

describe('what a check remembers', () => {
  test('checks in a row that could not tell, until one can', () => {
    const memory = { ...warned, unknownChecks: 2 };
    expect(outcome({ ...unknown, memory }).memory.unknownChecks).toBe(3);
    expect(outcome({ ...inUse, memory }).memory.unknownChecks).toBe(0);
  });

  test('when the host was last used, also when it is not asked the next time', () => {
    const { memory } = outcome(inUse);
    expect(memory.lastAccess).toEqual({ at: now, mark: null });
    const kept = { ...withSession({ keepRunningUntil: ahead(hour) }), memory };
    expect(outcome({ ...kept, host: null }).memory.lastAccess).toEqual(memory.lastAccess);
  });

  test('that a host did not answer, until it does', () => {
    const silent = outcome({ ...idle, host: { askedAt: now, reading: { kind: 'silent' } } });
    expect(silent.memory.hostSilent).toBe(true);
    expect(outcome({ ...idle, memory: silent.memory }).memory.hostSilent).toBe(false);
  });
});

describe('whose settings count', () => {
  test('0 hours is never, not at once', () => {
    const idleAfter = { ...settings.idleAfter, stop: { linux: 0, windows: 0 } };
    expect(outcome(idle, { idleAfter }).reason).toBe('idle-stop-disabled');
    expect(outcome(withSession({ policy: { idleHours: 0 } })).reason).toBe('idle-stop-disabled');
  });

  test('a hibernatable and a plain desktop each have their own idle time', () => {
    const idleAfter = { ...settings.idleAfter, hibernate: { linux: 4 * hour, windows: 4 * hour } };
    expect(outcome(withSession({ hibernation: true }), { idleAfter }).reason).toBe('used-recently');
    expect(outcome(withSession({ hibernation: false }), { idleAfter }).reason).toBe('unused');
  });

  test('a profile’s before the deployment’s', () => {
    expect(outcome(withSession({ policy: { idleHours: 3 } })).reason).toBe('used-recently');
    expect(outcome(withSession({ policy: { cpuThresholdPercent: 1 } })).reason).toBe('cpu-busy');
    expect(
      outcome({ ...inUse, session: { ...session, policy: { untouchedCountsAsIdle: true } } }).reason,
    ).toBe('interaction-unknown');
  });

  test('the warning is no longer than half the idle time', () => {
    const { tell } = outcome({ ...notWarned, session: { ...session, policy: { idleHours: 0.2 } } });
    expect(tell).toMatchObject({ stopsAt: ahead(6 * minute) });
  });
});
