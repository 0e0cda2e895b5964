import { type SchedulePreview, SchedulePreviewSchema } from '@deskfleet/contracts';
import Value from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { alwaysOn, neverOn, paris } from './schedule-steps.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(() => gateway.close());

const preview = <Body = SchedulePreview>(schedule: object, from: string, to: string) =>
  gateway.send<Body>('anna', 'POST /v1/schedules/preview', { body: { schedule, from, to } });

describe('a preview', () => {
  test('tells the edges from the first instant on, and before the last, across a change of the clocks', async () => {
    const { status, body } = await preview(paris, '2026-03-27T07:00:00Z', '2026-03-30T17:00:00Z');
    expect(status).toBe(200);
    expect(Value.Check(SchedulePreviewSchema, body)).toBe(true);
    expect(body.transitions).toEqual([
      { at: '2026-03-27T07:00:00.000Z', type: 'open' },
      { at: '2026-03-27T18:00:00.000Z', type: 'close' },
      { at: '2026-03-30T06:00:00.000Z', type: 'open' },
    ]);
  });

  test('says whether it is scheduled now', async () => {
    const [from, to] = ['2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'];
    expect((await preview(alwaysOn, from, to)).body).toEqual({ transitions: [], scheduledNow: true });
    expect((await preview(neverOn, from, to)).body).toEqual({ transitions: [], scheduledNow: false });
  });

  test('of no time has no edges', async () => {
    const at = '2026-11-25T07:00:00Z';
    expect((await preview(paris, at, at)).body.transitions).toEqual([]);
  });

  test('takes instants of any offset', async () => {
    const { body } = await preview(paris, '2026-11-25T08:00:00+01:00', '2026-11-25T08:00:01+01:00');
    expect(body.transitions).toEqual([{ at: '2026-11-25T07:00:00.000Z', type: 'open' }]);
  });

  test('tells what is wrong with the schedule and with the time at once', async () => {
    const { body } = await preview<object>(
      { ...paris, timezone: 'CEST' },
      '2026-01-01T00:00:00Z',
      '2029-01-01T00:00:00Z',
    );
    expect(body).toMatchObject({
      status: 422,
      code: 'invalid-schedule',
      errors: [
        { pointer: '/schedule/timezone', code: 'unknown-timezone' },
        { pointer: '/to', code: 'preview-too-long' },
      ],
    });
  });
});
