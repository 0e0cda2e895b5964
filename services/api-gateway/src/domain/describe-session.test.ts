import { type Capability, sessionStates } from '@deskfleet/contracts';
import { describe, expect, test } from 'vitest';
import { desktopWith as desktop, launchedAt, person, schedulingWith } from '../../test/example-session.ts';
import { type DeploymentPolicy, describeSession } from './describe-session.ts';
import type { SessionRecord, SessionRuntime } from './session-record.ts';
import { whyNoPassword } from './why-no-password.ts';

const viewers = { owner: person('alice'), administrator: person('admin', true) };
const free = {
  instanceChange: { linux: true, windows: true },
  schedules: { usersMayChange: true },
  prices: null,
};
const now = launchedAt;

type State = Partial<SessionRuntime>;

const capabilitiesFor = (
  viewer: keyof typeof viewers,
  record: SessionRecord,
  policy: DeploymentPolicy = free,
) => describeSession(record, { viewer: viewers[viewer], policy, now }).capabilities;

const on = (state: State, owner: Capability[], change: Partial<SessionRecord> = {}) => ({
  state,
  owner,
  change,
});

test.each([
  on({ state: 'requested', instanceId: null }, ['stop', 'terminate', 'edit-schedule', 'keep-alive', 'share']),
  on({ state: 'provisioning' }, [
    'stop',
    'terminate',
    'show-password',
    'edit-schedule',
    'keep-alive',
    'share',
  ]),
  on({ state: 'starting' }, ['stop', 'terminate', 'show-password', 'edit-schedule', 'keep-alive', 'share']),
  on({}, [
    'connect',
    'stop',
    'reboot',
    'terminate',
    'create-image',
    'show-password',
    'edit-schedule',
    'keep-alive',
    'share',
  ]),
  on(
    {},
    [
      'connect',
      'stop',
      'hibernate',
      'reboot',
      'terminate',
      'create-image',
      'show-password',
      'edit-schedule',
      'keep-alive',
      'share',
    ],
    {
      hibernation: true,
    },
  ),
  on({}, ['connect', 'stop', 'reboot', 'terminate', 'create-image', 'edit-schedule', 'keep-alive', 'share'], {
    os: 'linux',
  }),
  on({ state: 'stopping', desired: 'stopped' }, [
    'start',
    'terminate',
    'show-password',
    'edit-schedule',
    'share',
  ]),
  on({ state: 'stopped', desired: 'stopped' }, [
    'start',
    'resize',
    'terminate',
    'create-image',
    'show-password',
    'edit-schedule',
    'share',
  ]),
  on(
    { state: 'stopped', desired: 'stopped' },
    ['start', 'terminate', 'create-image', 'show-password', 'edit-schedule', 'share'],
    {
      hibernation: true,
    },
  ),
  on(
    { state: 'hibernating', desired: 'hibernated' },
    ['start', 'terminate', 'show-password', 'edit-schedule', 'share'],
    {
      hibernation: true,
    },
  ),
  on(
    { state: 'hibernated', desired: 'hibernated' },
    ['start', 'terminate', 'create-image', 'show-password', 'edit-schedule', 'share'],
    {
      hibernation: true,
    },
  ),
  on({ state: 'resizing', desired: 'stopped' }, [
    'start',
    'terminate',
    'show-password',
    'edit-schedule',
    'share',
  ]),
  on({ state: 'terminating', desired: 'terminated' }, []),
  on({ state: 'terminated', desired: 'terminated' }, []),
  on({ state: 'error', instanceId: null }, ['start', 'terminate', 'edit-schedule', 'share']),
])('$state.state ($state.desired) is offered as $owner', ({ state, owner, change }) => {
  const record = desktop(state, change);
  expect(capabilitiesFor('owner', record)).toEqual(owner);
  // An administrator's rights over somebody's desktop end before its screen.
  const theirs = owner.filter((can) => can !== 'connect' && can !== 'show-password');
  expect(capabilitiesFor('administrator', record)).toEqual(theirs);
});

test('an administrator is the owner of their own desktops', () => {
  const own = desktop({}, { owner: 'admin' });
  expect(capabilitiesFor('administrator', own)).toContain('show-password');
});

test.each(['owner', 'administrator'] as const)('a deployment without resize offers it to no %s', (viewer) => {
  const stopped = { state: 'stopped', desired: 'stopped' } as const;
  const policy = { ...free, instanceChange: { linux: true, windows: false } };
  const canResize = (os: 'linux' | 'windows') =>
    capabilitiesFor(viewer, desktop(stopped, { os }), policy).includes('resize');
  expect([canResize('linux'), canResize('windows')]).toEqual([true, false]);
});

test('a password is shown exactly when showing it is offered', () => {
  for (const state of sessionStates) {
    for (const desired of ['running', 'stopped', 'hibernated', 'terminated'] as const) {
      for (const [os, instanceId] of [
        ['windows', 'i-1'],
        ['windows', null],
        ['linux', 'i-1'],
      ] as const) {
        const record = desktop({ state, desired, instanceId }, { os });
        const offered = capabilitiesFor('owner', record).includes('show-password');
        expect(whyNoPassword(record) === null).toBe(offered);
      }
    }
  }
});

test('the subnet is where the desktop is, else where it is wanted', () => {
  const subnetOf = (record: SessionRecord) =>
    describeSession(record, { viewer: viewers.owner, policy: free, now }).subnetId;
  expect(subnetOf(desktop({ subnetId: 'subnet-b' }, { subnetId: 'subnet-a' }))).toBe('subnet-b');
  expect(subnetOf(desktop({}, { subnetId: 'subnet-a' }))).toBe('subnet-a');
  expect(subnetOf(desktop({}))).toBeNull();
});

describe('a schedule may be edited', () => {
  const forbidding = { ...free, schedules: { usersMayChange: false } };
  test.each([
    ['where nothing forbids it', {}, free, true],
    ['not where the deployment forbids it', {}, forbidding, false],
    ['not where the profile forbids it', { usersMayChangeSchedule: false }, free, false],
  ])('%s, and by administrators always', (_what, change, policy, expected) => {
    const record = desktop({}, change);
    expect(capabilitiesFor('owner', record, policy).includes('edit-schedule')).toBe(expected);
    expect(capabilitiesFor('administrator', record, policy)).toContain('edit-schedule');
  });
});

describe('what is shown of a schedule', () => {
  const shown = (record: SessionRecord) =>
    describeSession(record, { viewer: viewers.owner, policy: free, now });

  test.each([
    [null, false, false],
    [null, true, true],
    [false, true, false],
    [true, false, true],
  ])(
    'stopAtClose, when the session says %s and its profile %s, is %s',
    (own, profileStopsAtClose, expected) => {
      const scheduling = schedulingWith({ stopAtClose: own });
      expect(shown(desktop({}, { scheduling, profileStopsAtClose })).stopAtClose).toBe(expected);
    },
  );

  const expiresAt = new Date('2026-12-24T08:00:00Z');
  test.each<[State, string | null]>([
    [{ state: 'stopped', desired: 'stopped' }, expiresAt.toISOString()],
    [{ state: 'hibernated', desired: 'hibernated' }, expiresAt.toISOString()],
    [{ state: 'stopped', desired: 'running' }, null],
    [{ state: 'running', desired: 'running' }, null],
    [{ state: 'terminated', desired: 'terminated' }, null],
  ])('the end of a session that is %o is %s', (state, expected) => {
    expect(shown(desktop(state, { expiresAt })).expiresAt).toBe(expected);
  });
});
