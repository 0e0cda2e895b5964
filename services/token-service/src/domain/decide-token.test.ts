import fc from 'fast-check';
import { DateTime, Duration } from 'luxon';
import { describe, expect, test } from 'vitest';
import { decideToken, type TokenFacts } from './decide-token.ts';
import type { SessionAccess } from './session-access.ts';

const now = DateTime.fromISO('2026-11-22T08:00:00.400Z', { zone: 'utc' });
const policy = {
  firstUseWithin: Duration.fromObject({ minutes: 10 }),
  lifetime: Duration.fromObject({ hours: 12 }),
};
const sessionId = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10';
const runtime = { state: 'running', desired: 'running', accessEpoch: 3, hostAddress: '10.0.1.7' } as const;
const access: SessionAccess = {
  owner: 'alice',
  os: 'linux',
  user: { disabled: false, accessEpoch: 2 },
  share: null,
  runtime,
};
const good: TokenFacts = { sessionId, user: 'alice', access };

const shareId = '0199c4a8-0000-7000-8000-000000000001';
const share = { shareId, expiresAt: now.plus({ hours: 1 }), ended: false };
/** Shared with bob. */
const shared: SessionAccess = { ...access, share };

describe('decideToken', () => {
  test('the owner of a running desktop gets a token for its present epoch', () => {
    expect(decideToken(good, policy, now)).toMatchObject({
      granted: true,
      terms: { owner: 'alice', dcvSessionId: sessionId, accessEpoch: 3, userEpoch: 2, shareId: null },
    });
  });

  test('a Windows host knows the session as console', () => {
    const windows = { ...good, access: { ...access, os: 'windows' as const } };
    expect(decideToken(windows, policy, now)).toMatchObject({ terms: { dcvSessionId: 'console' } });
  });

  test('a guest gets a token that is bound to the share, and ends no later than it', () => {
    const decision = decideToken({ ...good, user: 'bob', access: shared }, policy, now);
    expect(decision).toMatchObject({ granted: true, terms: { owner: 'alice', shareId } });
    const expiresAt = decision.granted ? decision.terms.expiresAt.toISO() : null;
    expect(expiresAt).toBe('2026-11-22T09:00:00.000Z');
  });

  test('a guest’s token that lasts longer than the share allows is cut, one that does not is not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 * 3_600_000 }), (milliseconds) => {
        const ending = { ...share, expiresAt: now.plus({ milliseconds }) };
        const facts = { ...good, user: 'bob', access: { ...shared, share: ending } };
        const decision = decideToken(facts, policy, now);
        expect(decision.granted || milliseconds < 1_000).toBe(true);
        if (!decision.granted) return;
        const { expiresAt, firstUseBy } = decision.terms;
        expect(expiresAt <= ending.expiresAt && firstUseBy <= expiresAt && expiresAt > now).toBe(true);
        if (milliseconds > 12 * 3_600_000 + 1_000) expect(expiresAt.toISO()).toBe('2026-11-22T20:00:01.000Z');
      }),
    );
  });

  test('the owner needs no share, and has none recorded even where there is one', () => {
    expect(decideToken({ ...good, access: shared }, policy, now)).toMatchObject({
      granted: true,
      terms: { shareId: null },
    });
  });

  type Row = [code: 'not-found' | 'not-running', why: string, change: Partial<TokenFacts>];
  const table: Row[] = [
    ['not-found', 'no such session', { access: null }],
    ['not-found', 'somebody else asks', { user: 'bob' }],
    ['not-found', 'nobody of that name', { access: { ...access, user: null } }],
    [
      'not-found',
      'the user is disabled',
      { access: { ...access, user: { disabled: true, accessEpoch: 2 } } },
    ],
    [
      'not-found',
      'a share that was withdrawn',
      { user: 'bob', access: { ...shared, share: { ...share, ended: true } } },
    ],
    [
      'not-found',
      'a share that has run out',
      { user: 'bob', access: { ...shared, share: { ...share, expiresAt: now } } },
    ],
    [
      'not-found',
      'a share in its last part of a second',
      { user: 'bob', access: { ...shared, share: { ...share, expiresAt: now.plus(500) } } },
    ],
    [
      'not-found',
      'a guest who is disabled',
      { user: 'bob', access: { ...shared, user: { disabled: true, accessEpoch: 2 } } },
    ],
    ['not-running', 'a guest of a stopped desktop', { user: 'bob', access: { ...shared, runtime: null } }],
    ['not-running', 'nothing at EC2 yet', { access: { ...access, runtime: null } }],
    ['not-running', 'it starts', { access: { ...access, runtime: { ...runtime, state: 'starting' } } }],
    [
      'not-running',
      'a stop is accepted',
      { access: { ...access, runtime: { ...runtime, desired: 'stopped' } } },
    ],
  ];
  test.each(table)('%s: %s', (code, _why, change) => {
    expect(decideToken({ ...good, ...change }, policy, now)).toMatchObject({
      granted: false,
      refusal: { code },
    });
  });

  test('times are whole seconds as a JWT has them, and never shorter than promised', () => {
    const decision = decideToken(good, policy, now);
    const terms = decision.granted ? decision.terms : null;
    expect(terms?.issuedAt.toISO()).toBe('2026-11-22T08:00:00.000Z');
    expect(terms?.firstUseBy.toISO()).toBe('2026-11-22T08:10:00.400Z');
    expect(terms?.expiresAt.toISO()).toBe('2026-11-22T20:00:01.000Z');
  });

  test('the first-use deadline is never after the end', () => {
    const short = { ...policy, lifetime: Duration.fromObject({ seconds: 3.6 }) };
    const decision = decideToken(good, short, now);
    const terms = decision.granted ? decision.terms : null;
    expect(terms?.expiresAt.toISO()).toBe('2026-11-22T08:00:04.000Z');
    expect(terms?.firstUseBy).toEqual(terms?.expiresAt);
  });
});
