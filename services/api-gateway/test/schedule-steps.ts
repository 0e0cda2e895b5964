import {
  type Schedule,
  type ScheduleDay,
  type Session,
  type SessionSchedule,
  weekdays,
  workingWeek,
} from '@deskfleet/contracts';
import type { Answer, Gateway } from './gateway-fixture.ts';

export const paris: Schedule = { ...workingWeek, timezone: 'Europe/Paris' };
const run: ScheduleDay = { type: 'run-all-day' };
export const off: ScheduleDay = { type: 'stop-all-day' };

export const everyDay = (day: ScheduleDay): Schedule => ({
  timezone: 'UTC',
  week: Object.fromEntries(weekdays.map((name) => [name, day])) as Schedule['week'],
  exceptions: [],
});
export const alwaysOn = everyDay(run);
export const neverOn = everyDay(off);

/** On from before now until some days later, whatever the time of the test. */
export function onForDays(): Schedule {
  const date = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  return { ...alwaysOn, exceptions: [{ from: date, to: date, day: off, note: 'Maintenance' }] };
}

/** What tests of schedules do with a gateway. */
export function scheduleSteps(gateway: Gateway) {
  const sentAs = (user: string) => ({
    read: (id: string) => gateway.send<SessionSchedule>(user, `GET /v1/sessions/${id}/schedule`),
    put: <Body = SessionSchedule>(id: string, body: object, headers = {}): Promise<Answer<Body>> =>
      gateway.send<Body>(user, `PUT /v1/sessions/${id}/schedule`, { body, headers }),
    override: <Body = Session>(id: string, body: object): Promise<Answer<Body>> =>
      gateway.send<Body>(user, `PUT /v1/sessions/${id}/overrides`, { body }),
    keepAlive: <Body = Session>(id: string, body?: object): Promise<Answer<Body>> =>
      gateway.send<Body>(user, `POST /v1/sessions/${id}/keep-alive`, body === undefined ? {} : { body }),
    change: <Body = Session>(id: string, body: object, headers = {}): Promise<Answer<Body>> =>
      gateway.send<Body>(user, `PATCH /v1/sessions/${id}`, { body, headers }),
  });
  return {
    sentAs,
    /** The row as it is stored. */
    async stored(id: string) {
      const query = `select schedule, schedule_changed_at, schedule_opened_at, keep_running_until, pause_until,
        overrides_changed_at, stop_at_close, stop_at_close_by, spec_version, generation
        from api_gateway.sessions where id = $1`;
      return (await gateway.owner.query(query, [id])).rows[0];
    },
    /** The latest event and audit entry of a session. */
    async told(id: string) {
      const events = `select event::json as event from api_gateway.outbox where subject like '%' || $1 order by id desc limit 1`;
      const entries = `select actor, action, detail, source_address from api_gateway.audit_log
        where session_id = $1 order by id desc limit 1`;
      const { event } = (await gateway.owner.query(events, [id])).rows[0];
      return { event, audit: (await gateway.owner.query(entries, [id])).rows[0] };
    },
  };
}
