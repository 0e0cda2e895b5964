import { desiredStates, sessionStates } from '@deskfleet/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideResolution, type ResolutionRefusal, type ResolvableSession } from './decide-resolution.ts';

const sessionId = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10';
const runtime = { state: 'running', desired: 'running', accessEpoch: 3, hostAddress: '10.0.1.7' } as const;
const good: ResolvableSession = { sessionId, owner: 'alice', os: 'linux', runtime };
/** The good session with another record of what it does. */
const withRuntime = (change: Partial<NonNullable<ResolvableSession['runtime']>>): ResolvableSession => ({
  ...good,
  runtime: { ...runtime, ...change },
});

describe('decideResolution', () => {
  test('a running desktop is where its host is, and a Linux host knows it by its own id', () => {
    expect(decideResolution(good)).toEqual({
      resolved: true,
      dcvSessionId: sessionId,
      hostAddress: '10.0.1.7',
    });
  });

  test('a Windows host knows every session as console', () => {
    expect(decideResolution({ ...good, os: 'windows' })).toMatchObject({ dcvSessionId: 'console' });
  });

  test.each<[reason: ResolutionRefusal, why: string, session: ResolvableSession | null]>([
    ['session-unknown', 'no such session', null],
    ['session-not-running', 'nothing at EC2 yet', { ...good, runtime: null }],
    ['session-not-running', 'it stops', withRuntime({ state: 'stopping' })],
    ['stop-accepted', 'a stop was accepted, not applied', withRuntime({ desired: 'stopped' })],
    ['stop-accepted', 'its end was accepted, not applied', withRuntime({ desired: 'terminated' })],
    ['host-unknown', 'the host has no address yet', withRuntime({ hostAddress: null })],
  ])('%s: %s', (reason, _why, session) => {
    expect(decideResolution(session)).toEqual({ resolved: false, reason });
  });

  test('nothing is resolved unless it runs, is to go on running, and has an address', () => {
    const record = fc.record({
      state: fc.constantFrom(...sessionStates),
      desired: fc.constantFrom(...desiredStates),
      accessEpoch: fc.integer(),
      hostAddress: fc.constantFrom('10.0.1.7', null),
    });
    fc.assert(
      fc.property(record, (one) => {
        const whole = one.state === 'running' && one.desired === 'running' && one.hostAddress !== null;
        expect(decideResolution({ ...good, runtime: one }).resolved).toBe(whole);
      }),
      { numRuns: 1_000 },
    );
  });
});
