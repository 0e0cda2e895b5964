import { weekOf } from '@deskfleet/contracts';
import { describe, expect, test } from 'vitest';
import {
  ago,
  ahead,
  alwaysOn,
  idle,
  now,
  offHours,
  policy,
  report,
  session,
  warned,
  withReport,
  withSession,
} from '../../test/example-facts.ts';
import { decideIdle } from './decide-idle.ts';
import type { IdleFacts } from './idle-facts.ts';
import { hour, type IdlePolicy, minute } from './idle-policy.ts';

/** What is decided, in a word. */
function decided(facts: IdleFacts, change: Partial<IdlePolicy> = {}, at = now): string {
  const decision = decideIdle(facts, { ...policy, ...change }, at);
  switch (decision.outcome) {
    case 'ask':
      return `ask ${decision.what}`;
    case 'active':
      return decision.activity.reason;
    case 'unknown':
      return `unknown: ${decision.reason}`;
    case 'idle':
      return decision.act;
    default:
      return decision satisfies never;
  }
}

test('a desktop that nobody uses stops when its owner was warned long enough ago', () => {
  expect(decideIdle(idle, policy, now)).toMatchObject({
    outcome: 'idle',
    act: 'stop',
    since: ago(2 * hour),
    stopsAt: now,
  });
});

const notWarned = { ...warned, warnedAt: null };
const gpuHost = (gpu: typeof report.gpu): IdleFacts => ({
  ...withReport({ gpu }),
  session: { ...session, gpuMaker: 'NVIDIA' },
});
const host = (kind: 'unreachable' | 'silent' | 'unreadable' | 'unavailable' | 'dcv-down'): IdleFacts => ({
  ...idle,
  host: { askedAt: now, reading: { kind } },
});

describe('what keeps a desktop up that is idle but for one thing', () => {
  test.each<[string, IdleFacts, Partial<IdlePolicy>, string]>([
    ['idle stop is switched off (0 hours)', idle, { idleAfter: null }, 'idle-stop-disabled'],
    ['its schedule says so', withSession({ schedule: alwaysOn }), {}, 'scheduled'],
    ['it is kept running', withSession({ keepRunningUntil: ahead(1) }), {}, 'kept-running'],
    ['it was started just now', withSession({ runningSince: ago(hour - 1) }), {}, 'just-started'],
    ['somebody was let in since', withSession({ connectedAt: ago(0) }), {}, 'used-recently'],
    ['somebody is connected', withReport({ connections: 1 }), {}, 'connected'],
    ['several are connected', withReport({ connections: 3, interactedAgo: 9 * hour }), {}, 'connected'],
    ['somebody has just left', withReport({ disconnectedAgo: minute }), {}, 'used-recently'],
    ['DCV was restarted just now', withReport({ createdAgo: minute }), {}, 'used-recently'],
    [
      'DCV was restarted and forgot who was there',
      withReport({ createdAgo: minute, disconnectedAgo: null }),
      {},
      'used-recently',
    ],
    ['CPU is high', { ...idle, cpu: { kind: 'percent', percent: 37 } }, {}, 'cpu-busy'],
    ['CPU is just at the threshold', { ...idle, cpu: { kind: 'percent', percent: 15 } }, {}, 'cpu-busy'],
    ['CPU is no number', { ...idle, cpu: { kind: 'percent', percent: Number.NaN } }, {}, 'cpu-busy'],
    [
      'CloudWatch has no datapoint (or looks in another region)',
      { ...idle, cpu: { kind: 'no-data' } },
      {},
      'unknown: cpu-no-data',
    ],
    ['CloudWatch is away', { ...idle, cpu: { kind: 'unavailable' } }, {}, 'unknown: cpu-unavailable'],
    ['SSM does not know the host', host('unreachable'), {}, 'unknown: host-unreachable'],
    ['the host is silent', host('silent'), {}, 'unknown: host-silent'],
    ['the host’s answer is cut off', host('unreadable'), {}, 'unknown: host-unreadable'],
    ['SSM is away', host('unavailable'), {}, 'unknown: host-unavailable'],
    ['DCV is down', host('dcv-down'), {}, 'unknown: dcv-down'],
    [
      'the last disconnection is in the future',
      withReport({ disconnectedAgo: -2 * hour }),
      {},
      'unknown: host-clock',
    ],
    [
      'DCV says neither when it began nor who left',
      withReport({ createdAgo: null, disconnectedAgo: null }),
      {},
      'unknown: access-unknown',
    ],
    ['a GPU is busy', gpuHost({ kind: 'percent', percent: 97 }), {}, 'gpu-busy'],
    ['a GPU is just at the threshold', gpuHost({ kind: 'percent', percent: 10 }), {}, 'gpu-busy'],
    ['nvidia-smi fails', gpuHost({ kind: 'failed' }), {}, 'unknown: gpu-unknown'],
    ['nvidia-smi is missing', gpuHost({ kind: 'no-probe' }), {}, 'unknown: gpu-unknown'],
    ['its GPU is another maker’s', withSession({ gpuMaker: 'AMD' }), {}, 'unknown: gpu-maker'],
    ['nothing is known of its type', withSession({ gpuMaker: 'unknown' }), {}, 'unknown: gpu-unknown'],
    ['its owner was not warned', { ...idle, memory: notWarned }, {}, 'warn'],
    [
      'its owner was warned less than the warning ago',
      { ...idle, memory: { ...warned, warnedAt: ago(15 * minute - 1) } },
      {},
      'wait',
    ],
    [
      'its owner was warned before it was started again',
      {
        ...withSession({ runningSince: ago(3 * hour) }),
        memory: { ...warned, warnedAt: ago(4 * hour) },
      },
      {},
      'warn',
    ],
    ['CPU was not asked yet', { ...idle, cpu: null }, {}, 'ask cpu'],
    ['the host was not asked yet', { ...idle, host: null }, {}, 'ask host'],
  ])('%s', (_what, facts, change, expected) => {
    expect(decided(facts, change)).toBe(expected);
  });
});

describe('what does not keep it up', () => {
  test.each<[string, IdleFacts, Partial<IdlePolicy>]>([
    ['CPU just below the threshold', { ...idle, cpu: { kind: 'percent', percent: 14.99 } }, {}],
    ['a keep-alive that has run out', withSession({ keepRunningUntil: now }), {}],
    ['two GPUs that both are idle', gpuHost({ kind: 'percent', percent: 9 }), {}],
    ['a desktop that was never opened', withReport({ disconnectedAgo: null }), {}],
    ['never opened, and no connection on record', withSession({ connectedAt: null }), {}],
    ['a GPU that its profile does not count', withSession({ gpuMaker: 'AMD' }), { ignoredSignals: ['gpu'] }],
    ['CPU that its profile does not count', { ...idle, cpu: null }, { ignoredSignals: ['cpu'] }],
    [
      'a host’s clock that is a few seconds behind DCV’s note',
      {
        ...withReport({ createdAgo: -5_000, disconnectedAgo: null }),
        memory: { ...warned, lastAccess: { at: ago(2 * hour), mark: report.accessMark } },
      },
      {},
    ],
    [
      'a connection that nobody has touched, where the policy says so',
      withReport({ connections: 1, interactedAgo: 2 * hour }),
      { untouchedCountsAsIdle: true },
    ],
  ])('%s', (_what, facts, change) => {
    expect(decided(facts, change)).toBe('stop');
  });
});

describe('connected but untouched, where the policy counts that as idle', () => {
  const untouched = { untouchedCountsAsIdle: true };
  test.each<[string, number | null, string]>([
    ['touched a minute ago stays', minute, 'used-recently'],
    ['without a time of the last touch stays', null, 'unknown: interaction-unknown'],
    ['touched in the future stays', -hour, 'unknown: host-clock'],
  ])('%s', (_what, interactedAgo, expected) => {
    expect(decided(withReport({ connections: 2, interactedAgo }), untouched)).toBe(expected);
  });
});

describe('when it is warned and stopped', () => {
  const fresh = { ...idle, memory: notWarned };
  const left = (before: number) => ({ ...fresh, ...{ host: withReport({ disconnectedAgo: before }).host } });

  test('the warning comes its length before the idle time is over', () => {
    expect(decided(left(45 * minute - 1))).toBe('used-recently');
    expect(decideIdle(left(45 * minute), policy, now)).toMatchObject({
      act: 'warn',
      since: ago(45 * minute),
      stopsAt: ahead(15 * minute),
    });
  });

  test('idle already when the window closes: the warning comes at the close, the stop after it', () => {
    const day = { type: 'custom', windows: [{ start: '08:00', end: '21:40' }] } as const;
    const facts = {
      ...withSession({ schedule: { ...offHours, week: weekOf({ ...day, windows: [...day.windows] }) } }),
      memory: notWarned,
    };
    expect(decided(facts, {}, new Date(now.getTime() - 1))).toBe('scheduled');
    expect(decideIdle(facts, policy, now)).toMatchObject({ act: 'warn', stopsAt: ahead(15 * minute) });
  });

  test('without a warning it stops when the idle time is over', () => {
    expect(decided(left(hour - 1), { warning: 0 })).toBe('used-recently');
    expect(decided(left(hour), { warning: 0 })).toBe('stop');
  });

  test('a spike of CPU does not begin the idle time again', () => {
    const busy: IdleFacts = { ...fresh, cpu: { kind: 'percent', percent: 80 } };
    expect(decided(busy)).toBe('cpu-busy');
    expect(decided(fresh, {}, ahead(5 * minute))).toBe('warn');
  });

  test('a host whose clock is set meanwhile is no longer idle by it than before', () => {
    const before = { at: ago(minute), mark: report.accessMark };
    expect(
      decided({ ...withReport({ disconnectedAgo: 9 * hour }), memory: { ...warned, lastAccess: before } }),
    ).toBe('used-recently');
  });

  test('what was seen of its use stays seen when DCV forgets it', () => {
    const seen = { at: ago(minute), mark: null };
    const facts = { ...withReport({ disconnectedAgo: null }), memory: { ...warned, lastAccess: seen } };
    expect(decided(facts)).toBe('used-recently');
  });
});
