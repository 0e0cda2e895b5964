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

export interface EventWriter {
  /**
   * Adds an event to the outbox, in the transaction of the change that it tells of: both happen or neither.
   * Returns the event's id.
   * @throws InvalidEventError when the data does not fit the event's schema, which is a fault in the program.
   */
  append<DB, T extends EventType>(trx: Transaction<DB>, type: T, event: NewEvent<T>): Promise<string>;
}

/** An event was about to be written that no subscriber could read. */
export class InvalidEventError extends Error {
  override name = 'InvalidEventError';
}

export function createEventWriter({ schema, source, publicUrl, clock }: EventWriterOptions): EventWriter {
  const outbox = sql.table(`${schema}.outbox`);
  const schemasUrl = `${publicUrl.replace(/\/$/, '')}/schemas`;

  function build<T extends EventType>(type: T, { subject, data, ...ids }: NewEvent<T>) {
    const fault = faultOfData(type, data);
    if (fault) throw new InvalidEventError(`The data of ${type} is wrong: ${fault}`);
    const now = clock.now();
    const traceparent = activeTraceparent();
    return {
      specversion: '1.0',
      id: v7({ msecs: now.toMillis() }),
      source,
      type,
      subject,
      time: now.toUTC().toISO() as string,
      datacontenttype: 'application/json',
      dataschema: `${schemasUrl}/${schemaNameOf(type)}.json`,
      ...(traceparent ? { traceparent } : {}),
      ...(ids.correlationId ? { correlationid: ids.correlationId } : {}),
      ...(ids.causationId ? { causationid: ids.causationId } : {}),
      data,
    } as unknown as DeskfleetEvent<T>;
  }

  return {
    async append(trx, type, newEvent) {
      const event = build(type, newEvent);
      await sql`insert into ${outbox} (id, subject, event)
        values (${event.id}, ${subjectOf(type, newEvent.subject)}, ${JSON.stringify(event)})`.execute(trx);
      return event.id;
    },
  };
}

/** W3C trace context of the span that is under way, if tracing is on. */
function activeTraceparent(): string | null {
  const context = trace.getActiveSpan()?.spanContext();
  if (!context) return null;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}
