import { describe, expect, test } from 'vitest';
import {
  externalCause,
  intentKinds,
  isKeptOff,
  laterWish,
  type PersonsWish,
  type SessionState,
  wishfulIntentKinds,
  wishOfIntent,
  wishOfTransition,
} from '../src/index.ts';

const at = (time: string) => new Date(`2026-11-25T${time}Z`);
const off = (time: string): PersonsWish => ({ wish: 'off', at: at(time) });
const up = (time: string): PersonsWish => ({ wish: 'up', at: at(time) });

describe('what an intent wishes', () => {
  test('a stop that the desktop is off, a launch, start or reboot that it is up, the others neither', () => {
    expect(Object.fromEntries(intentKinds.map((kind) => [kind, wishOfIntent(kind)]))).toEqual({
      launch: 'up',
      start: 'up',
      stop: 'off',
      reboot: 'up',
      resize: null,
      terminate: null,
    });
    expect(wishfulIntentKinds).toEqual(['launch', 'start', 'stop', 'reboot']);
  });
});

describe('what a transition wishes', () => {
  test.each<[SessionState | null, SessionState, string, 'up' | 'off' | null]>([
    ['running', 'stopping', externalCause, 'off'],
    ['running', 'stopped', externalCause, 'off'],
    ['running', 'hibernating', externalCause, 'off'],
    ['error', 'stopped', externalCause, 'off'],
    // The same stop goes on: its time is that of its beginning.
    ['stopping', 'stopped', externalCause, null],
    ['hibernating', 'stopped', externalCause, null],
    ['stopped', 'provisioning', externalCause, 'up'],
    ['stopping', 'starting', externalCause, 'up'],
    ['provisioning', 'starting', externalCause, null],
    ['running', 'terminated', externalCause, null],
    ['resizing', 'stopped', externalCause, null],
    [null, 'requested', 'user:alice', null],
    // What a person asked for is in the intents, and what a machine did is nobody's wish.
    ['running', 'stopping', 'user:alice', null],
    ['running', 'stopping', 'schedule', null],
    ['error', 'stopping', 'reconciler', null],
  ])('from %s to %s because of %s: %s', (from, to, cause, wish) => {
    expect(wishOfTransition({ from, to, cause })).toBe(wish);
  });
});

describe('the latest wish', () => {
  test('is the later of the two, or the one that there is', () => {
    expect(laterWish(off('09:00'), up('10:00'))).toEqual(up('10:00'));
    expect(laterWish(off('11:00'), up('10:00'))).toEqual(off('11:00'));
    expect(laterWish(null, up('10:00'))).toEqual(up('10:00'));
    expect(laterWish(off('10:00'), null)).toEqual(off('10:00'));
    expect(laterWish(null, null)).toBeNull();
  });
});

describe('a desktop is kept off', () => {
  test.each<[string, PersonsWish | null, boolean]>([
    ['by a stop in the window', off('09:00'), true],
    ['by a stop at the very instant from which stops count', off('07:55'), true],
    ['not by a stop before', off('07:54:59'), false],
    ['not when somebody wanted it up last', up('09:00'), false],
    ['not when nobody wanted anything', null, false],
  ])('%s', (_, latest, keeps) => {
    expect(isKeptOff(latest, at('07:55'))).toBe(keeps);
  });
});
