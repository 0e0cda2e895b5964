import type { Session } from '@deskfleet/contracts';
import { describe, expect, test } from 'vitest';
import { desktopWith, schedulingWith } from '../../test/example-session.ts';
import { alwaysOn, neverOn } from '../../test/schedule-steps.ts';
import { describeIdle } from './describe-idle.ts';
import type { SchedulingSpec } from './scheduling-spec.ts';
import type { IdleFinding, SessionRuntime } from './session-record.ts';

/** Thursday, outside of its hours. */
const at = (time: string) => new Date(`2026-11-26T${time}:00Z`);
const now = at('21:30');

const warned: IdleFinding = {
  status: 'idle',
  sentence: 'Stops Thu 21:40 if unused: idle since Thu 20:40.',
  checkedAt: at('21:25'),
  idleSince: at('20:40'),
  stopsAt: at('21:40'),
  warnedAt: at('21:25'),
  unknownChecks: 0,
};
const used: Partial<IdleFinding> = {
  status: 'active',
  sentence: 'Not stopped: CPU 37 % over the last 15 min (threshold 15 %).',
  idleSince: null,
  stopsAt: null,
  warnedAt: null,
};
const untold: Partial<IdleFinding> = { ...used, status: 'unknown', sentence: 'Its host does not answer.' };

interface Facts {
  finding?: Partial<IdleFinding> | null;
  runtime?: Partial<SessionRuntime>;
  scheduling?: Partial<SchedulingSpec>;
}

/** A running desktop whose owner was warned five minutes ago, changed as told. */
function shown({ finding = {}, runtime = {}, scheduling = {} }: Facts): Session['idle'] {
  const record = desktopWith(runtime, {
    idleFinding: finding === null ? null : { ...warned, ...finding },
    scheduling: schedulingWith({ schedule: neverOn, ...scheduling }),
  });
  return describeIdle(record, now);
}

test('a warned desktop names its stop, in the words of who looked', () => {
  expect(shown({})).toEqual({
    status: 'idle',
    since: '2026-11-26T20:40:00.000Z',
    stopsAt: '2026-11-26T21:40:00.000Z',
    sentence: 'Stops Thu 21:40 if unused: idle since Thu 20:40.',
    checkedAt: '2026-11-26T21:25:00.000Z',
    needsAttention: false,
  });
});

describe('what was found is told', () => {
  test.each<[string, Partial<IdleFinding>, Partial<Session['idle']>]>([
    ['used', used, { status: 'active', since: null, stopsAt: null, sentence: used.sentence ?? '' }],
    ['warned, by a look that says no more', { status: 'active' }, { status: 'idle' }],
    ['idle, its warning over', { warnedAt: null }, { status: 'idle' }],
    [
      'unused, but not warned yet: no stop is announced',
      { status: 'active', warnedAt: null },
      { status: 'active', since: '2026-11-26T20:40:00.000Z', stopsAt: null },
    ],
    [
      'unknown: that stops nothing, although it was warned',
      { status: 'unknown' },
      { status: 'unknown', stopsAt: null },
    ],
    ['unknown twice', { ...untold, unknownChecks: 2 }, { status: 'unknown', needsAttention: false }],
    ['unknown three times in a row', { ...untold, unknownChecks: 3 }, { needsAttention: true }],
    ['checked in the instant it started', { checkedAt: at('20:00') }, { status: 'idle' }],
  ])('%s', (_what, finding, expected) => {
    expect(shown({ finding, runtime: { stateSince: at('20:00') } })).toMatchObject(expected);
  });
});

describe('not checked', () => {
  const empty = { since: null, stopsAt: null, checkedAt: null, needsAttention: false };
  const whileItRuns = 'It is checked while it runs.';
  test.each<[string, Facts, string]>([
    ['stopped', { runtime: { state: 'stopped', desired: 'stopped' } }, whileItRuns],
    ['hibernated', { runtime: { state: 'hibernated', desired: 'hibernated' } }, whileItRuns],
    ['starting', { runtime: { state: 'starting' } }, whileItRuns],
    ['in error', { runtime: { state: 'error' } }, whileItRuns],
    ['being terminated', { runtime: { desired: 'terminated' } }, 'It has ended, or is about to.'],
    ['terminated', { runtime: { state: 'terminated' } }, 'It has ended, or is about to.'],
    ['never looked at', { finding: null }, 'It has not been checked since it started.'],
    [
      'looked at before it was last started',
      { runtime: { stateSince: at('21:26') }, finding: { unknownChecks: 9 } },
      'It has not been checked since it started.',
    ],
    [
      'never looked at within its hours',
      { finding: null, scheduling: { schedule: alwaysOn } },
      'Within its hours it is not stopped for being idle.',
    ],
    [
      'never looked at while it is kept running',
      { finding: null, scheduling: { keepRunningUntil: at('22:40') } },
      'Kept running until Thu 22:40.',
    ],
  ])('%s', (_what, facts, sentence) => {
    expect(shown(facts)).toEqual({ ...empty, status: 'not-checked', sentence });
  });

  test('before it is taken up', () => {
    const record = desktopWith({}, { runtime: null, idleFinding: warned });
    expect(describeIdle(record, now)).toEqual({ ...empty, status: 'not-checked', sentence: whileItRuns });
  });
});

describe('no stop is promised that something forbids', () => {
  test.each<[string, Facts, string | null]>([
    [
      'a keep-alive since',
      { scheduling: { keepRunningUntil: at('22:30'), overridesChangedAt: at('21:28') } },
      'Kept running until Thu 22:30.',
    ],
    [
      'a keep-alive since that ends before the stop: what was decided before it is void',
      { scheduling: { keepRunningUntil: at('21:35'), overridesChangedAt: at('21:28') } },
      'Kept running until Thu 21:35.',
    ],
    [
      'an override that lies beyond the stop, whenever it was made',
      { scheduling: { keepRunningUntil: at('21:41'), overridesChangedAt: at('21:20') } },
      'Kept running until Thu 21:41.',
    ],
    [
      'overrides that were removed since',
      { scheduling: { overridesChangedAt: at('21:28') } },
      'It is checked again: what keeps it running has changed.',
    ],
    [
      'hours that have begun',
      { scheduling: { schedule: alwaysOn } },
      'Within its hours it is not stopped for being idle.',
    ],
    [
      'also when it was not warned yet',
      {
        finding: { status: 'active', warnedAt: null },
        scheduling: { keepRunningUntil: at('22:30'), overridesChangedAt: at('21:28') },
      },
      'Kept running until Thu 22:30.',
    ],
    [
      'an override that was known at the check and ends before the stop',
      { scheduling: { keepRunningUntil: at('21:35'), overridesChangedAt: at('21:20') } },
      null,
    ],
    [
      'a change of overrides that the check has seen',
      { scheduling: { overridesChangedAt: at('21:20') } },
      null,
    ],
  ])('%s', (_what, facts, sentence) => {
    const { stopsAt, status, since, sentence: told } = shown(facts);
    const expected =
      sentence === null
        ? {
            status: 'idle',
            since: warned.idleSince?.toISOString(),
            stopsAt: warned.stopsAt?.toISOString(),
            told: warned.sentence,
          }
        : { status: 'active', since: null, stopsAt: null, told: sentence };
    expect({ status, since, stopsAt, told }).toEqual(expected);
  });

  test('what was found of its use stays told, kept running or not', () => {
    const scheduling = { keepRunningUntil: at('22:30'), overridesChangedAt: at('21:28') };
    expect(shown({ finding: untold, scheduling }).sentence).toBe(untold.sentence);
  });
});
