import { desiredStates, sessionStates } from '@deskfleet/contracts';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { type ConnectionFacts, type DenialReason, decideConnection } from './decide-connection.ts';

const issuedAt = DateTime.fromISO('2026-11-22T08:00:00Z', { zone: 'utc' });
const now = issuedAt.plus({ minutes: 5 });
const sessionId = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10';

const claims = {
  tokenId: '0199c4a4-1b2c-7d3e-8f40-5a6b7c8d9e0f',
  user: 'alice',
  sessionId,
  dcvSessionId: sessionId,
  accessEpoch: 3,
  issuedAt,
  expiresAt: issuedAt.plus({ hours: 12 }),
};
const record = {
  firstUseBy: issuedAt.plus({ minutes: 10 }),
  expiresAt: claims.expiresAt,
  firstUsedAt: null,
  shareId: null,
  userEpoch: 2,
};
const runtime = {
  state: 'running' as const,
  desired: 'running' as const,
  accessEpoch: 3,
  hostAddress: '10.0.1.7',
};
const user = { disabled: false, accessEpoch: 2 };
const access = { owner: 'alice', os: 'linux' as const, user, share: null, runtime };
const good: ConnectionFacts = {
  claims,
  askedDcvSessionId: sessionId,
  hostAddress: '10.0.1.7',
  record,
  access,
};

const shareId = '0199c4a8-0000-7000-8000-000000000001';
const share = { shareId, expiresAt: issuedAt.plus({ hours: 1 }), ended: false };
/** Alice as the guest of bob. */
const guest: ConnectionFacts = {
  ...good,
  record: { ...record, shareId },
  access: { ...access, owner: 'bob', share },
};
/** The good guest with another share. */
const withShare = (change: Partial<typeof share> | null) => ({
  ...guest,
  access: { ...access, owner: 'bob', share: change && { ...share, ...change } },
});

/** The good facts with another record of the session. */
const withRuntime = (change: Partial<typeof runtime> | object) => ({
  access: { ...access, runtime: { ...runtime, ...change } },
});

describe('decideConnection', () => {
  test('the owner connects to the running session from its own host', () => {
    expect(decideConnection(good, now)).toEqual({
      authorized: true,
      user: 'alice',
      owner: 'alice',
      os: 'linux',
      hostAddress: '10.0.1.7',
    });
  });

  type Row = [reason: DenialReason, why: string, change: Partial<ConnectionFacts>, at?: DateTime];
  const control = 'al\u0000ice';
  const table: Row[] = [
    ['token-unknown', 'no record of the token', { record: null }],
    ['token-expired', 'the record has run out', { record: { ...record, expiresAt: now } }],
    ['token-expired', 'the token has run out', { claims: { ...claims, expiresAt: now } }],
    [
      'first-use-too-late',
      'first used after its deadline',
      {},
      issuedAt.plus({ minutes: 10, milliseconds: 1 }),
    ],
    ['wrong-dcv-session', 'asked for another DCV session', { askedDcvSessionId: 'console' }],
    ['session-unknown', 'no such session', { access: null }],
    ['user-unknown', 'nobody of that name', { access: { ...access, user: null } }],
    ['user-disabled', 'the user was disabled', { access: { ...access, user: { ...user, disabled: true } } }],
    [
      'user-access-ended',
      'the user was disabled and enabled again',
      { access: { ...access, user: { ...user, accessEpoch: 3 } } },
    ],
    [
      'user-access-ended',
      'the user’s epoch went back',
      { access: { ...access, user: { ...user, accessEpoch: 1 } } },
    ],
    ['share-ended', 'the share was withdrawn', withShare({ ended: true })],
    ['share-ended', 'the share has run out', withShare({ expiresAt: now })],
    ['share-ended', 'there is no such share', withShare(null)],
    ['share-ended', 'another share has taken its place', withShare({ shareId: sessionId })],
    [
      'share-ended',
      'the guest has become the owner',
      { ...withShare({ ended: true }), access: { ...access, share: null } },
    ],
    ['not-owner', 'a share that the token is not bound to', { access: { ...access, owner: 'bob', share } }],
    [
      'user-disabled',
      'the guest was disabled',
      { ...guest, access: { ...guest.access, user: { ...user, disabled: true } } as typeof access },
    ],
    ['not-owner', 'the session belongs to somebody else', { access: { ...access, owner: 'bob' } }],
    [
      'user-name-untellable',
      'a name that XML cannot say',
      { claims: { ...claims, user: control }, access: { ...access, owner: control } },
    ],
    ['wrong-host', 'no runtime, so no host', { access: { ...access, runtime: null } }],
    ['wrong-host', 'another host asks', { hostAddress: '10.0.1.8' }],
    ['wrong-host', 'nobody knows who asks', { hostAddress: null }],
    ['wrong-host', 'the host has no address yet', withRuntime({ hostAddress: null })],
    ['wrong-host', 'neither address is known', { hostAddress: null, ...withRuntime({ hostAddress: null }) }],
    ['access-ended', 'the epoch was raised', withRuntime({ accessEpoch: 4 })],
    ['access-ended', 'the epoch went back', withRuntime({ accessEpoch: 2 })],
    ['session-not-running', 'the session stops', withRuntime({ state: 'stopping' })],
    ['stop-accepted', 'a stop was accepted, not applied', withRuntime({ desired: 'stopped' })],
    ['stop-accepted', 'its end was accepted, not applied', withRuntime({ desired: 'terminated' })],
  ];
  test.each(table)('%s: %s', (reason, _why, change, at = now) => {
    expect(decideConnection({ ...good, ...change }, at)).toEqual({ authorized: false, reason });
  });

  test('a guest connects under their own name while the share counts, and not longer', () => {
    expect(decideConnection(guest, now)).toMatchObject({ authorized: true, user: 'alice', owner: 'bob' });
    const last = share.expiresAt.minus(1);
    const used = { ...guest, record: { ...record, shareId, firstUsedAt: now } };
    expect(decideConnection(used, last).authorized).toBe(true);
    expect(decideConnection(used, share.expiresAt)).toMatchObject({ reason: 'share-ended' });
  });

  test('a token is good at its first-use deadline, and no longer', () => {
    expect(decideConnection(good, record.firstUseBy).authorized).toBe(true);
  });

  test('a used token reconnects until it expires', () => {
    const used = { ...good, record: { ...record, firstUsedAt: now } };
    expect(decideConnection(used, claims.expiresAt.minus(1))).toMatchObject({
      authorized: true,
    });
    expect(decideConnection(used, claims.expiresAt)).toMatchObject({ reason: 'token-expired' });
  });

  test('Windows desktops share the DCV session id, so a token for one is refused by the host of another', () => {
    const windows = { claims: { ...claims, dcvSessionId: 'console' }, askedDcvSessionId: 'console' };
    expect(decideConnection({ ...good, ...windows }, now).authorized).toBe(true);
    expect(decideConnection({ ...good, ...windows, hostAddress: '10.0.1.8' }, now)).toMatchObject({
      reason: 'wrong-host',
    });
  });

  test('nobody connects unless every condition holds', () => {
    const facts = fc.record({
      owner: fc.constantFrom('alice', 'bob'),
      disabled: fc.boolean(),
      userEpoch: fc.integer({ min: 1, max: 3 }),
      bound: fc.boolean(),
      shared: fc.constantFrom('none', 'mine', 'another'),
      ended: fc.boolean(),
      shareMinutes: fc.integer({ min: 0, max: 13 * 60 }),
      state: fc.constantFrom(...sessionStates),
      desired: fc.constantFrom(...desiredStates),
      accessEpoch: fc.integer({ min: 2, max: 4 }),
      hostAddress: fc.constantFrom('10.0.1.7', '10.0.1.8', null),
      asking: fc.constantFrom('10.0.1.7', '10.0.1.8', null),
      asked: fc.constantFrom(sessionId, 'console'),
      usedAfter: fc.option(fc.integer({ min: 0, max: 600 }), { nil: null }),
      minutes: fc.integer({ min: 0, max: 13 * 60 }),
    });
    fc.assert(
      fc.property(facts, (f) => {
        const firstUsedAt = f.usedAfter === null ? null : issuedAt.plus({ seconds: f.usedAfter });
        const expiresAt = issuedAt.plus({ minutes: f.shareMinutes });
        const oneShare = { shareId: f.shared === 'mine' ? shareId : sessionId, expiresAt, ended: f.ended };
        const decision = decideConnection(
          {
            claims,
            askedDcvSessionId: f.asked,
            hostAddress: f.asking,
            record: { ...record, firstUsedAt, shareId: f.bound ? shareId : null },
            access: {
              owner: f.owner,
              os: 'linux',
              user: { disabled: f.disabled, accessEpoch: f.userEpoch },
              share: f.shared === 'none' ? null : oneShare,
              runtime: f,
            },
          },
          issuedAt.plus({ minutes: f.minutes }),
        );
        const runs = f.state === 'running' && f.desired === 'running' && f.accessEpoch === 3;
        const counts = f.shared === 'mine' && !f.ended && f.minutes < f.shareMinutes;
        const mine = !f.disabled && f.userEpoch === 2 && (f.bound ? counts : f.owner === 'alice');
        const here = f.asking !== null && f.asking === f.hostAddress && f.asked === sessionId;
        const inTime = f.minutes < 720 && (firstUsedAt !== null || f.minutes <= 10);
        expect(decision.authorized).toBe(runs && mine && here && inTime);
      }),
      { numRuns: 5_000 },
    );
  });
});
