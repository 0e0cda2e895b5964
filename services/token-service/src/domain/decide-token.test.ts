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
const access: SessionAccess = { owner: 'alice', os: 'linux', user: { disabled: false }, runtime };
const good: TokenFacts = { sessionId, user: 'alice', access };

describe('decideToken', () => {
  test('the owner of a running desktop gets a token for its present epoch', () => {
    expect(decideToken(good, policy, now)).toMatchObject({
      granted: true,
      terms: { owner: 'alice', dcvSessionId: sessionId, accessEpoch: 3 },
    });
  });

  test('a Windows host knows the session as console', () => {
    const windows = { ...good, access: { ...access, os: 'windows' as const } };
    expect(decideToken(windows, policy, now)).toMatchObject({ terms: { dcvSessionId: 'console' } });
  });

  type Row = [code: 'not-found' | 'not-running', why: string, change: Partial<TokenFacts>];
  const table: Row[] = [
    ['not-found', 'no such session', { access: null }],
    ['not-found', 'somebody else asks', { user: 'bob' }],
    ['not-found', 'nobody of that name', { access: { ...access, user: null } }],
    ['not-found', 'the user is disabled', { access: { ...access, user: { disabled: true } } }],
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
