import type { CloudEvent } from '@deskfleet/contracts';
import { describe, expect, test } from 'vitest';
import { person } from '../../test/example-session.ts';
import { Hearing } from './hearing.ts';

const noon = Date.UTC(2026, 10, 25, 12);
const event = (type: string, data: object, at = noon) =>
  ({ type: `deskfleet.${type}.v1`, time: new Date(at).toISOString(), data }) as CloudEvent;
const startDue = event('schedule.start-due', { sessionId: 's', owner: 'alice' });
const running = event('session.running', { sessionId: 's', owner: 'alice' });
const connected = event('access.connection-authorized', { sessionId: 's', owner: 'alice', user: 'alice' });
const tick = event('schedule.tick', { minute: '2026-11-25T08:00:00Z' });
const share = { sessionId: 's', owner: 'alice', shareId: 'h', user: 'bob' };
const granted = event('access.share-granted', { ...share, expiresAt: '2026-11-25T13:00:00.000Z' });
const revoked = event('access.share-revoked', { ...share, expiresAt: '2026-11-25T13:00:00.000Z' });
const disabled = event('access.user-disabled', { user: 'bob', cause: 'admin:root' });

test.each([
  ['alice', startDue, true],
  ['bob', startDue, false],
  ['alice', tick, false],
  ['undefined', tick, false],
  ['', event('access.connection-denied', { owner: null }), false],
  ['alice', granted, true],
  ['bob', granted, true],
  ['carla', granted, false],
  ['bob', disabled, false],
])('%s, an event of %o: %s', (name, told, expected) => {
  expect(new Hearing(person(name), []).mayHear(told, noon)).toBe(expected);
  expect(new Hearing(person(name, true), []).mayHear(told, noon)).toBe(true);
});

describe('a guest hears', () => {
  const guest = (expiresAt = noon + 1) =>
    new Hearing(person('bob'), [{ shareId: 'h', sessionId: 's', from: noon - 1, expiresAt }]);

  test('of the state of what is shared with them, and not who connects or whether it is idle', () => {
    expect(guest().mayHear(running, noon)).toBe(true);
    expect(guest().mayHear(event('session.running', { sessionId: 'other', owner: 'alice' }), noon)).toBe(
      false,
    );
    const kept = event('session.keep-alive-requested', { sessionId: 's', owner: 'alice' });
    for (const told of [
      connected,
      startDue,
      kept,
      event('idle.warning', { sessionId: 's', owner: 'alice' }),
    ]) {
      expect(guest().mayHear(told, noon)).toBe(false);
    }
  });

  test('no more once the share is over, whether or not anybody has said so', () => {
    expect(guest(noon).mayHear(running, noon)).toBe(false);
    const hearing = guest();
    expect(hearing.mayHear(revoked, noon)).toBe(true);
    expect(hearing.mayHear(running, noon)).toBe(false);
  });

  test('nothing of what was before the share, however far back they listen', () => {
    const before = event('session.running', { sessionId: 's', owner: 'alice' }, noon - 2);
    expect(guest().mayHear(before, noon)).toBe(false);
    expect(guest().mayHear(event('session.running', { sessionId: 's' }, noon - 1), noon)).toBe(true);
  });

  test('nothing of a share whose end they hear before its beginning', () => {
    const hearing = new Hearing(person('bob'), []);
    hearing.mayHear(revoked, noon);
    hearing.mayHear(granted, noon);
    expect(hearing.mayHear(running, noon)).toBe(false);
  });

  test('from the moment on at which the share is granted', () => {
    const hearing = new Hearing(person('bob'), []);
    expect(hearing.mayHear(running, noon)).toBe(false);
    expect(hearing.mayHear(granted, noon)).toBe(true);
    expect(hearing.mayHear(running, noon)).toBe(true);
    expect(hearing.mayHear(running, noon + 3_600_000)).toBe(false);
  });
});

test('who is disabled is shut out, and nobody else', () => {
  expect(new Hearing(person('bob'), []).mayBeShutOutBy(disabled)).toBe(true);
  expect(new Hearing(person('alice'), []).mayBeShutOutBy(disabled)).toBe(false);
  expect(new Hearing(person('bob'), []).mayBeShutOutBy(granted)).toBe(false);
});
