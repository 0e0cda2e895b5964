import { type Capability, sessionStates } from '@deskfleet/contracts';
import { expect, test } from 'vitest';
import { describeSession, type SessionRecord } from './session-record.ts';
import { whyNoPassword } from './why-no-password.ts';

const at = new Date('2026-11-22T08:00:00Z');
const principal = (name: string, administrator = false) => ({
  name,
  displayName: null,
  email: null,
  administrator,
  expiresAt: 0,
});
const viewers = { owner: principal('alice'), administrator: principal('admin', true) };
const free = { instanceChange: { linux: true, windows: true } };

type State = SessionRecord['runtime'] extends infer Runtime ? Partial<NonNullable<Runtime>> : never;

const desktop = (runtime: State, change: Partial<SessionRecord> = {}): SessionRecord => ({
  id: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10',
  owner: 'alice',
  name: 'desk',
  os: 'windows',
  softwareStack: { id: '01990000-0000-7000-8000-000000000012', name: 'Windows' },
  instanceType: 'm7i.large',
  rootVolumeGiB: 50,
  sessionType: 'default',
  hibernation: false,
  subnetId: null,
  project: null,
  ownersMayCreateImages: true,
  createdAt: at,
  endedAt: null,
  generation: 1,
  latestIntent: { kind: 'launch', args: {}, at },
  runtime: {
    state: 'running',
    stateSince: at,
    reason: null,
    appliedSeq: 1,
    desired: 'running',
    instanceId: 'i-1',
    instanceType: 'm7i.large',
    privateIp: '10.0.0.1',
    subnetId: null,
    ...runtime,
  },
  ...change,
});

const on = (state: State, owner: Capability[], change: Partial<SessionRecord> = {}) => ({
  state,
  owner,
  change,
});

test.each([
  on({ state: 'requested', instanceId: null }, ['stop', 'terminate']),
  on({ state: 'provisioning' }, ['stop', 'terminate', 'show-password']),
  on({ state: 'starting' }, ['stop', 'terminate', 'show-password']),
  on({}, ['connect', 'stop', 'reboot', 'terminate', 'create-image', 'show-password']),
  on({}, ['connect', 'stop', 'hibernate', 'reboot', 'terminate', 'create-image', 'show-password'], {
    hibernation: true,
  }),
  on({}, ['connect', 'stop', 'reboot', 'terminate', 'create-image'], { os: 'linux' }),
  on({ state: 'stopping', desired: 'stopped' }, ['start', 'terminate', 'show-password']),
  on({ state: 'stopped', desired: 'stopped' }, [
    'start',
    'resize',
    'terminate',
    'create-image',
    'show-password',
  ]),
  on({ state: 'stopped', desired: 'stopped' }, ['start', 'terminate', 'create-image', 'show-password'], {
    hibernation: true,
  }),
  on({ state: 'hibernating', desired: 'hibernated' }, ['start', 'terminate', 'show-password'], {
    hibernation: true,
  }),
  on(
    { state: 'hibernated', desired: 'hibernated' },
    ['start', 'terminate', 'create-image', 'show-password'],
    {
      hibernation: true,
    },
  ),
  on({ state: 'resizing', desired: 'stopped' }, ['start', 'terminate', 'show-password']),
  on({ state: 'terminating', desired: 'terminated' }, []),
  on({ state: 'terminated', desired: 'terminated' }, []),
  on({ state: 'error', instanceId: null }, ['start', 'terminate']),
])('$state.state ($state.desired) is offered as $owner', ({ state, owner, change }) => {
  const record = desktop(state, change);
  expect(describeSession(record, viewers.owner, free).capabilities).toEqual(owner);
  // An administrator's rights over somebody's desktop end before its screen.
  const theirs = owner.filter((can) => can !== 'connect' && can !== 'show-password');
  expect(describeSession(record, viewers.administrator, free).capabilities).toEqual(theirs);
});

test('an administrator is the owner of their own desktops', () => {
  const own = desktop({}, { owner: 'admin' });
  expect(describeSession(own, viewers.administrator, free).capabilities).toContain('show-password');
});

test.each(['owner', 'administrator'] as const)('a deployment without resize offers it to no %s', (viewer) => {
  const stopped = { state: 'stopped', desired: 'stopped' } as const;
  const policy = { instanceChange: { linux: true, windows: false } };
  const canResize = (os: 'linux' | 'windows') =>
    describeSession(desktop(stopped, { os }), viewers[viewer], policy).capabilities.includes('resize');
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
        const offered = describeSession(record, viewers.owner, free).capabilities.includes('show-password');
        expect(whyNoPassword(record) === null).toBe(offered);
      }
    }
  }
});

test('the subnet is where the desktop is, else where it is wanted', () => {
  const subnetOf = (record: SessionRecord) => describeSession(record, viewers.owner, free).subnetId;
  expect(subnetOf(desktop({ subnetId: 'subnet-b' }, { subnetId: 'subnet-a' }))).toBe('subnet-b');
  expect(subnetOf(desktop({}, { subnetId: 'subnet-a' }))).toBe('subnet-a');
  expect(subnetOf(desktop({}))).toBeNull();
});
