import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { alwaysOn, off, paris, scheduleSteps } from './schedule-steps.ts';

let gateway: Gateway;
let steps: ReturnType<typeof scheduleSteps>;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0', DCV_LINUX_SESSION_COUNT: '1000' });
  steps = scheduleSteps(gateway);
});
afterAll(() => gateway.close());

describe('a schedule with faults is refused, and the stored one stays', () => {
  const windows = (...each: [string, string][]) => ({
    ...paris,
    week: {
      ...paris.week,
      monday: { type: 'custom', windows: each.map(([start, end]) => ({ start, end })) },
    },
  });
  const except = (...each: [string, string][]) => ({
    ...paris,
    exceptions: each.map(([from, to]) => ({ from, to, day: off })),
  });
  const monday = '/week/monday/windows';
  const year: [string, string][] = Array(367).fill(['2026-12-24', '2026-12-24']);
  test.each<[string, object, string, string, RegExp]>([
    [
      'an unknown zone',
      { ...paris, timezone: 'Europe/Pariss' },
      'unknown-timezone',
      '/timezone',
      /Did you mean Europe\/Paris/,
    ],
    [
      'an offset for a zone',
      { ...paris, timezone: '+02:00' },
      'unknown-timezone',
      '/timezone',
      /such as Europe\/Paris/,
    ],
    [
      'overlapping windows',
      windows(['08:00', '12:00'], ['11:00', '13:00']),
      'overlapping-windows',
      `${monday}/1`,
      /08:00–12:00 and 11:00–13:00/,
    ],
    ['an empty window', windows(['08:00', '08:00']), 'empty-window', `${monday}/0`, /run-all-day/],
    ['25:00', windows(['25:00', '08:00']), 'invalid-time', `${monday}/0/start`, /'25:00' is no time of day/],
    ['no windows', windows(), 'window-count', monday, /one to 4/],
    [
      'the 30th of February',
      except(['2026-02-30', '2026-03-01']),
      'invalid-date',
      '/exceptions/0/from',
      /YYYY-MM-DD/,
    ],
    [
      'an exception whose end is before its beginning',
      except(['2026-12-24', '2026-12-23']),
      'exception-reversed',
      '/exceptions/0/to',
      /earlier date as from/,
    ],
    [
      'more than 366 exceptions',
      except(...year),
      'too-many-exceptions',
      '/exceptions',
      /367 exceptions; at most 366/,
    ],
  ])('%s', async (_what, wish, code, pointer, says) => {
    const { id } = await gateway.create('mona', { schedule: alwaysOn });
    const before = [await steps.stored(id), await gateway.writtenRows()];
    const { body } = await steps.sentAs('mona').put<object>(id, wish);
    expect(body).toMatchObject({
      status: 422,
      code,
      errors: [{ pointer, code, detail: expect.stringMatching(says) }],
    });
    expect([await steps.stored(id), await gateway.writtenRows()]).toEqual(before);
  });

  test('of several faults all are told', async () => {
    const { id } = await gateway.create('mona');
    const wish = { ...windows(['25:00', '08:00']), timezone: 'CEST' };
    const { body } = await steps.sentAs('mona').put<{ code: string; errors: { code: string }[] }>(id, wish);
    expect([body.code, body.errors.map(({ code }) => code)]).toEqual([
      'invalid-schedule',
      ['unknown-timezone', 'invalid-time'],
    ]);
  });

  test.each<[string, object, string]>([
    ['a week without Sunday', { ...paris, week: { ...paris.week, sunday: undefined } }, '/week/sunday'],
    [
      'a kind of day that there is not',
      { ...paris, week: { ...paris.week, monday: { type: 'work' } } },
      '/week/monday',
    ],
    ['an unknown field', { ...paris, enabled: true }, '/enabled'],
    ['no exceptions', { ...paris, exceptions: undefined }, '/exceptions'],
    [
      'a note with a zero byte',
      { ...paris, exceptions: [{ from: '2026-12-24', to: '2026-12-24', day: off, note: '\u0000' }] },
      '/exceptions/0/note',
    ],
    [
      'half a character in a note',
      { ...paris, exceptions: [{ from: '2026-12-24', to: '2026-12-24', day: off, note: '\ud800' }] },
      '/exceptions/0/note',
    ],
  ])('of another form: %s', async (_what, wish, pointer) => {
    const { id } = await gateway.create('mona');
    const { body } = await steps.sentAs('mona').put<{ errors: { pointer: string }[] }>(id, wish);
    expect(body).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(body.errors.map((each) => each.pointer)).toContain(pointer);
    expect((await steps.stored(id)).spec_version).toBe(1);
  });
});
