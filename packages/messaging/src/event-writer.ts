import {
  type DeskfleetEvent,
  type EventData,
  type EventType,
  schemaNameOf,
  subjectOf,
} from '@deskfleet/contracts';
import type { ServiceSchema } from '@deskfleet/database';
import type { Clock } from '@deskfleet/runtime';
import { trace } from '@opentelemetry/api';
import { sql, type Transaction } from 'kysely';
import { v7 } from 'uuid';
import { faultOfData } from './event-schemas.ts';

export interface EventWriterOptions {
  /** The schema whose outbox is written. */
  schema: ServiceSchema;
  /** CloudEvents `source`, such as `/deskfleet/session-manager`. */
  source: string;
  /** Where the schemas of events are served, such as `http://localhost:8080`. */
  publicUrl: string;
  clock: Clock;
}

export interface NewEvent<T extends EventType> {
  /** Id of the session (or other thing) that the event is about. */
  subject: string;
  data: EventData<T>;
  /** The request that set things off. */
  correlationId?: string;
  /** The event that led to this one. */
  causationId?: string;
}

/** An event together with its type, for several at once. */
export type TypedEvent = { [T in EventType]: { type: T } & NewEvent<T> }[EventType];

/** Columns of an outbox that an event is written to; the others have defaults. */
export interface OutboxRow {
  id: string;
  subject: string;
  event: string;
}

export interface EventWriter {
  /**
   * Adds an event to the outbox, in the transaction of the change that it tells of: both happen or neither.
   * Returns the event's id.
   * @throws InvalidEventError when the data does not fit the event's schema, which is a fault in the program.
   */
  append<DB, T extends EventType>(trx: Transaction<DB>, type: T, event: NewEvent<T>): Promise<string>;
  /**
   * The row that `append` would add, for a statement of the caller's own that adds it together with the change.
   * @throws InvalidEventError as `append` does.
   */
  rowOf<T extends EventType>(type: T, event: NewEvent<T>): OutboxRow;
  /** As `append`, for many events in one statement; they are published in this order. */
  appendAll<DB>(trx: Transaction<DB>, events: readonly TypedEvent[]): Promise<void>;
}

/** An event was about to be written that no subscriber could read. */
export class InvalidEventError extends Error {
  override name = 'InvalidEventError';
}

export function createEventWriter({ schema, source, publicUrl, clock }: EventWriterOptions): EventWriter {
  const outbox = sql.table(`${schema}.outbox`);
  const schemasUrl = `${publicUrl.replace(/\/$/, '')}/schemas`;

  function build<T extends EventType>(type: T, { subject, data, ...ids }: NewEvent<T>, moment: Moment) {
    const fault = faultOfData(type, data);
    if (fault) throw new InvalidEventError(`The data of ${type} is wrong: ${fault}`);
    return {
      specversion: '1.0',
      id: v7({ msecs: moment.milliseconds }),
      source,
      type,
      subject,
      time: moment.time,
      datacontenttype: 'application/json',
      dataschema: `${schemasUrl}/${schemaNameOf(type)}.json`,
      ...(moment.traceparent ? { traceparent: moment.traceparent } : {}),
      ...(ids.correlationId ? { correlationid: ids.correlationId } : {}),
      ...(ids.causationId ? { causationid: ids.causationId } : {}),
      data,
    } as unknown as DeskfleetEvent<T>;
  }

  async function insert<DB>(trx: Transaction<DB>, rows: OutboxRow[]): Promise<void> {
    if (rows.length === 0) return;
    await sql`insert into ${outbox} (id, subject, event) select * from unnest(
      ${rows.map(({ id }) => id)}::uuid[],
      ${rows.map(({ subject }) => subject)}::text[],
      ${rows.map(({ event }) => event)}::text[])`.execute(trx);
  }

  function rowOf<T extends EventType>(type: T, newEvent: NewEvent<T>, moment: Moment): OutboxRow {
    const event = build(type, newEvent, moment);
    return { id: event.id, subject: subjectOf(type, newEvent.subject), event: JSON.stringify(event) };
  }

  return {
    async append(trx, type, newEvent) {
      const row = rowOf(type, newEvent, momentOf(clock));
      await insert(trx, [row]);
      return row.id;
    },
    rowOf: (type, newEvent) => rowOf(type, newEvent, momentOf(clock)),
    async appendAll(trx, events) {
      const moment = momentOf(clock);
      // Each event's data belongs to its type; the compiler does not see it through the union.
      await insert(
        trx,
        events.map(({ type, ...newEvent }) => rowOf(type, newEvent as NewEvent<typeof type>, moment)),
      );
    },
  };
}

/** What events that are written together share. */
interface Moment {
  milliseconds: number;
  time: string;
  traceparent: string | null;
}

function momentOf(clock: Clock): Moment {
  const now = clock.now();
  return {
    milliseconds: now.toMillis(),
    time: now.toUTC().toISO() as string,
    traceparent: activeTraceparent(),
  };
}

/** W3C trace context of the span that is under way, if tracing is on. */
function activeTraceparent(): string | null {
  const context = trace.getActiveSpan()?.spanContext();
  if (!context) return null;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}
