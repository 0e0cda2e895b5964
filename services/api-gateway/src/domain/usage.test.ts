import type { SessionState } from '@deskfleet/contracts';
import { expect, test } from 'vitest';
import { describeUsage, usageOf } from './usage.ts';

const now = new Date('2026-11-26T12:00:00Z');
const november = '2026-11-01T00:00:00.000Z';
const longAgo = new Date('2026-03-01T00:00:00Z');

/** `'26 08:00 running'`: into that state on that day of November; another month is written `'10-31 08:00 …'`. */
function steps(...texts: string[]) {
  return texts.map((text) => {
    const [day = '', time, state] = text.split(' ');
    const date = day.includes('-') ? day : `11-${day}`;
    return { state: state as SessionState, at: new Date(`2026-${date}T${time}:00Z`) };
  });
}
const usage = (texts: string[], { createdAt = longAgo, at = now } = {}) =>
  describeUsage(usageOf({ createdAt, steps: steps(...texts) }, at));

test.each<[string, string[], [running: number, stopped: number]]>([
  [
    'still running',
    ['26 08:00 requested', '26 09:00 provisioning', '26 09:01 starting', '26 09:03 running'],
    [3, 0],
  ],
  ['stopped since', ['26 08:00 running', '26 10:00 stopping', '26 10:02 stopped'], [2, 2]],
  [
    'stopped and started again',
    ['26 06:00 running', '26 08:00 stopped', '26 11:00 provisioning', '26 11:01 running'],
    [3, 3],
  ],
  [
    'hibernated: it is billed until it is down',
    ['26 08:00 running', '26 10:00 hibernating', '26 10:30 hibernated'],
    [2.5, 1.5],
  ],
  ['resized at rest', ['26 08:00 stopped', '26 10:00 resizing', '26 10:01 stopped'], [0, 4]],
  ['waiting for its first machine', ['26 08:00 requested'], [0, 0]],
  ['never started', ['26 08:00 requested', '26 09:00 error'], [0, 0]],
  ['a machine that never came up', ['26 08:00 requested', '26 09:00 provisioning', '26 10:00 error'], [1, 0]],
  [
    'a machine that runs without a desktop',
    ['26 08:00 provisioning', '26 08:01 starting', '26 10:00 error'],
    [4, 0],
  ],
  [
    'an error that was ended by a stop',
    ['26 08:00 starting', '26 09:00 error', '26 11:00 stopping', '26 11:30 stopped'],
    [3, 1],
  ],
  [
    'terminated',
    ['26 06:00 running', '26 08:00 stopped', '26 09:00 terminating', '26 09:01 terminated'],
    [2, 1],
  ],
  ['not taken up yet', [], [0, 0]],
])('%s', (_what, texts, [runningHours, stoppedHours]) => {
  expect(usage(texts)).toEqual({ since: november, runningHours, stoppedHours });
});

test.each<[string, string[], [running: number, stopped: number]]>([
  ['ran into the month', ['10-30 08:00 running', '01 05:00 stopped'], [5, 607]],
  ['rested into the month', ['10-30 08:00 stopped', '26 10:00 running'], [2, 610]],
  ['has not changed in the month', ['10-30 08:00 running'], [612, 0]],
  ['changed at the very beginning', ['10-30 08:00 running', '01 00:00 stopped'], [0, 612]],
  [
    'began the month in an error of a running machine',
    ['10-31 08:00 starting', '10-31 09:00 error', '01 02:00 stopped'],
    [2, 610],
  ],
  ['began the month in an error without one', ['10-31 08:00 requested', '10-31 09:00 error'], [0, 0]],
  ['ended before the month', ['10-30 08:00 running', '10-31 08:00 terminated'], [0, 0]],
  [
    'has steps of a whole month before',
    ['10-01 00:00 running', '10-15 00:00 stopped', '10-31 23:00 running'],
    [612, 0],
  ],
])('only the present month counts: %s', (_what, texts, [runningHours, stoppedHours]) => {
  expect(usage(texts)).toEqual({ since: november, runningHours, stoppedHours });
});

test('the month is that of UTC, and a new one begins at nothing', () => {
  const texts = ['26 08:00 running'];
  const last = usage(texts, { at: new Date('2026-11-30T23:59:59.999Z') });
  const first = usage(texts, { at: new Date('2026-12-01T00:00:00Z') });
  expect([last.since, last.runningHours]).toEqual([november, 112]);
  expect([first.since, first.runningHours]).toEqual(['2026-12-01T00:00:00.000Z', 0]);
});

test('a desktop of this month counts from when it was asked for', () => {
  const createdAt = new Date('2026-11-26T08:00:00Z');
  const texts = ['26 08:00 requested', '26 09:00 running'];
  expect(usage(texts, { createdAt })).toEqual({
    since: createdAt.toISOString(),
    runningHours: 3,
    stoppedHours: 0,
  });
});

test('no time counts twice or backwards, whatever the clocks have done', () => {
  const setBack = ['26 08:00 running', '26 11:00 stopped', '26 10:00 running'];
  expect(usage(setBack)).toMatchObject({ runningHours: 4, stoppedHours: 0 });
  expect(usage(['26 08:00 stopped', '26 13:00 running'])).toMatchObject({ runningHours: 0, stoppedHours: 4 });
});

test('hours are told to the hundredth', () => {
  expect(usage(['26 11:40 running'])).toMatchObject({ runningHours: 0.33 });
});
