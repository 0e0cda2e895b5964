import type { Schedule } from '@deskfleet/contracts';
import { connectDatabase } from '@deskfleet/database';
import { createEventWriter } from '@deskfleet/messaging';
import { createLogger, createMetrics } from '@deskfleet/runtime';
import { createTestDatabase } from '@deskfleet/testkit';
import { DateTime } from 'luxon';
import pg from 'pg';
import { buildApp } from '../src/app.ts';
import type { LeadSetting } from '../src/application/leads.ts';
import type { SchedulerLoop } from '../src/application/scheduler-loop.ts';
import type { SchedulerSettings } from '../src/domain/settings.ts';
import { settings } from './example-session.ts';

const linuxStack = '01990000-0000-7000-8000-000000000011';

/** A clock that a test moves, and a monotonic one that no set-back moves. */
export class DrivenClock {
  private instant: number;
  private elapsed = 0;

  constructor(start: Date) {
    this.instant = start.getTime();
  }

  now = () => DateTime.fromMillis(this.instant, { zone: 'utc' });
  monotonic = () => this.elapsed;

  advance(milliseconds: number): void {
    this.instant += milliseconds;
    this.elapsed += milliseconds;
  }

  /** Somebody sets the clock; no time passes. */
  set(to: Date): void {
    this.instant = to.getTime();
  }
}

export interface Told {
  type: string;
  data: Record<string, unknown>;
}

export interface NewSession {
  schedule: Schedule;
  createdAt?: Date;
  os?: 'linux' | 'windows';
  state?: string;
  stateSince?: Date;
  desired?: string;
  desiredCause?: string;
  pauseUntil?: Date;
  keepRunningUntil?: Date;
  stopAtClose?: boolean;
}

/** Schedulers on one database, as many as a test likes, without NATS: what they tell is in the outbox. */
export class Clockwork {
  readonly database: Awaited<ReturnType<typeof createTestDatabase>>;
  private readonly owner: pg.Pool;
  private readonly closers: (() => Promise<void>)[] = [];

  private constructor(database: Clockwork['database']) {
    this.database = database;
    this.owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
    this.owner.on('error', () => {});
  }

  static async open(): Promise<Clockwork> {
    const clockwork = new Clockwork(await createTestDatabase());
    await clockwork.query("insert into api_gateway.users (name, last_seen_at) values ('alice', now())");
    return clockwork;
  }

  /** A replica with its own connections, as the scheduler's own role. */
  replica(
    clock: DrivenClock,
    { lead = 0, changes = {} }: { lead?: LeadSetting; changes?: Partial<SchedulerSettings> } = {},
  ): SchedulerLoop {
    const connection = connectDatabase({
      url: this.database.urlFor('scheduler'),
      applicationName: 'scheduler',
      onConnectionLost: () => {},
    });
    this.closers.push(() => connection.close());
    return buildApp({
      db: connection.db,
      events: createEventWriter({
        schema: 'scheduler',
        source: '/deskfleet/scheduler',
        publicUrl: 'http://localhost:8080',
        clock,
      }),
      clock,
      monotonic: clock.monotonic,
      settings: { ...settings, ...changes },
      lead,
      metrics: createMetrics({ service: 'scheduler' }),
      logger: createLogger({ service: 'scheduler', level: 'silent' }),
    });
  }

  /** Adds sessions of one kind and answers their ids. */
  async add(count: number, session: NewSession): Promise<string[]> {
    const createdAt = session.createdAt ?? new Date('2026-01-01T00:00:00Z');
    const { rows } = await this.owner.query<{ id: string }>(
      `with s as (
         insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib,
           session_type, created_at, generation, schedule, schedule_changed_at, pause_until, keep_running_until, stop_at_close,
           stop_at_close_by)
         select uuidv7(), 'alice', 'd' || uuidv7(), $2, $3, 'm7i.large', 50, 'default', $4, 1, $5::jsonb, $4, $6, $7, $8,
           case when $8 then 'alice' end
         from generate_series(1, $1) returning id),
       i as (insert into api_gateway.session_intents (session_id, seq, kind, args, cause, at)
         select id, 1, 'launch', '{}', 'user:alice', $4 from s),
       r as (insert into session_manager.session_runtime (session_id, state, state_since, applied_seq, desired,
           desired_cause, instance_type, updated_at)
         select id, $9, $10, 1, $11, $12, 'm7i.large', $4 from s)
       select id from s`,
      [
        count,
        session.os ?? 'linux',
        linuxStack,
        createdAt,
        JSON.stringify(session.schedule),
        session.pauseUntil ?? null,
        session.keepRunningUntil ?? null,
        session.stopAtClose ?? null,
        session.state ?? 'stopped',
        session.stateSince ?? createdAt,
        session.desired ?? 'stopped',
        session.desiredCause ?? 'schedule',
      ],
    );
    return rows.map(({ id }) => id);
  }

  /** Everything that was told since the last time, in order. */
  async told(type?: string): Promise<Told[]> {
    const { rows } = await this.owner.query<{ event: string }>(
      'with gone as (delete from scheduler.outbox returning seq, event) select event from gone order by seq',
    );
    const events = rows.map(({ event }) => JSON.parse(event) as Told);
    return type === undefined
      ? events
      : events.filter((event) => event.type === `deskfleet.schedule.${type}.v1`);
  }

  async query(statement: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.owner.query<Record<string, unknown>>(statement, values)).rows;
  }

  async close(): Promise<void> {
    for (const close of this.closers) await close();
    await this.owner.end();
    await this.database.drop();
  }
}
