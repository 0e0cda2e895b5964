import { nextTransition, type Schedule, workingWeek } from '@deskfleet/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextEdge } from './next-edge.ts';

test('whenever it is asked, in whatever order, it is what the schedule says', () => {
  const schedules: Schedule[] = [
    { ...workingWeek, timezone: 'Europe/Paris' },
    {
      ...workingWeek,
      timezone: 'UTC',
      exceptions: [{ from: '2026-03-02', to: '2026-03-04', day: { type: 'run-all-day' } }],
    },
  ];
  const instants = fc.date({ min: new Date('2026-03-01'), max: new Date('2026-03-10'), noInvalidDate: true });
  const question = fc.tuple(fc.constantFrom(...schedules), instants);
  fc.assert(
    fc.property(fc.array(question, { minLength: 20 }), (questions) => {
      for (const [schedule, now] of questions) {
        expect(nextEdge(schedule, now)).toEqual(nextTransition(schedule, now));
      }
    }),
  );
});

test('at the instant of an edge the next one is told', () => {
  const schedule: Schedule = { ...workingWeek, timezone: 'UTC' };
  const before = new Date('2026-11-25T07:59:59Z');
  const open = nextEdge(schedule, before);
  expect(open).toEqual({ at: new Date('2026-11-25T08:00:00Z'), type: 'open' });
  expect(nextEdge(schedule, new Date('2026-11-25T08:00:00Z'))?.type).toBe('close');
  expect(nextEdge(schedule, before)).toEqual(open);
});
