import type { CloudEvent } from '@deskfleet/contracts';
import { expect, test } from 'vitest';
import { person } from '../../test/example-session.ts';
import { mayHearEvent } from './may-hear-event.ts';

const event = (data: object) => ({ data }) as CloudEvent;
const startDue = event({ sessionId: 's', owner: 'alice', edgeAt: '2026-11-25T08:00:00Z' });
const tick = event({ minute: '2026-11-25T08:00:00Z' });

test.each([
  ['alice', startDue, true],
  ['bob', startDue, false],
  ['alice', tick, false],
  ['undefined', tick, false],
  ['', event({ owner: null }), false],
])('%s, an event of %o: %s', (name, told, expected) => {
  expect(mayHearEvent(person(name), told)).toBe(expected);
  expect(mayHearEvent(person(name, true), told)).toBe(true);
});
