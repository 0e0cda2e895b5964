import { desiredStates, sessionStates } from '@deskfleet/contracts';
import { describe, expect, test } from 'vitest';
import { desktopWith, launchedAt, person, runningRuntime } from '../../test/example-session.ts';
import { describeSession } from './describe-session.ts';
import { freeName } from './free-name.ts';
import { judgeImage } from './judge-image.ts';
import type { Principal } from './principal.ts';
import type { SessionRecord, SessionRuntime } from './session-record.ts';

const [alice, bob, admin] = [person('alice'), person('bob'), person('admin', true)];
const policy = {
  instanceChange: { linux: true, windows: true },
  schedules: { usersMayChange: true },
  prices: null,
};
const runtime = runningRuntime;
const session = (change: Partial<SessionRecord> = {}) =>
  desktopWith({}, { os: 'linux', ownersMayCreateImages: false, ...change });
const refusal = (who: Principal, record: SessionRecord | null) => {
  const verdict = judgeImage(who, record);
  return verdict.allowed ? null : verdict.refusal.code;
};

describe('who may have an image made', () => {
  test.each([
    ['an administrator', admin, false, null],
    ['the owner, where the profile allows', alice, true, null],
    ['the owner, where it does not', alice, false, 'image-not-allowed'],
    ['somebody else, who does not even see the desktop', bob, true, 'not-found'],
  ])('%s', (_who, principal, ownersMayCreateImages, expected) => {
    expect(refusal(principal, session({ ownersMayCreateImages }))).toBe(expected);
  });

  test('a desktop that does not exist answers like one that is not seen', () => {
    expect(refusal(admin, null)).toBe('not-found');
  });
});

test.each<[string, Partial<SessionRecord> | null, Partial<SessionRuntime>, string | null]>([
  ['running', {}, {}, null],
  ['stopped', {}, { state: 'stopped', desired: 'stopped' }, null],
  ['hibernated', {}, { state: 'hibernated', desired: 'hibernated' }, null],
  ['starting', {}, { state: 'starting' }, 'in-transition'],
  ['stopping', {}, { state: 'stopping', desired: 'stopped' }, 'in-transition'],
  ['in error without a machine', {}, { state: 'error', instanceId: null }, 'no-instance'],
  ['terminating', {}, { state: 'terminating', desired: 'terminated' }, 'session-terminating'],
  ['terminated', {}, { state: 'terminated', desired: 'terminated' }, 'session-terminated'],
  [
    'running, and to be terminated',
    { generation: 2, latestIntent: { kind: 'terminate', args: {}, cause: 'user:alice', at: launchedAt } },
    {},
    'session-terminating',
  ],
  ['not taken up yet', { runtime: null }, {}, 'in-transition'],
])('an image of a desktop that is %s', (_what, change, status, expected) => {
  expect(refusal(admin, session({ runtime: { ...runtime, ...status }, ...change }))).toBe(expected);
});

test('the capability is shown exactly where the request would be accepted', () => {
  for (const principal of [alice, admin]) {
    for (const ownersMayCreateImages of [true, false]) {
      for (const state of sessionStates) {
        for (const desired of desiredStates) {
          for (const instanceId of ['i-1', null]) {
            const record = session({
              ownersMayCreateImages,
              runtime: { ...runtime, state, desired, instanceId },
            });
            const isShown = describeSession(record, {
              viewer: principal,
              policy,
              now: launchedAt,
            }).capabilities.includes('create-image');
            expect(isShown).toBe(judgeImage(principal, record).allowed);
          }
        }
      }
    }
  }
});

describe('the name of the software stack', () => {
  test.each([
    ['is the wanted one', 'CFD', [], 'CFD'],
    ['is the next that is free, whatever the case', 'CFD', ['cfd', 'cfd 2'], 'CFD 3'],
    ['stays as short as names must be', 'x'.repeat(64), ['x'.repeat(64)], `${'x'.repeat(62)} 2`],
    [
      'has one space before its number',
      `${'x'.repeat(61)} yz`,
      [`${'x'.repeat(61)} yz`],
      `${'x'.repeat(61)} 2`,
    ],
  ])('%s', (_what, wanted, taken, expected) => {
    expect(freeName(wanted, new Set(taken))).toBe(expected);
  });
});
