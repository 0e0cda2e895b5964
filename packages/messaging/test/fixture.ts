import { randomUUID } from 'node:crypto';
import { connectDatabase, type Database, type DatabaseConnection } from '@deskfleet/database';
import { type Logger, systemClock } from '@deskfleet/runtime';
import { createTestDatabase, createTestStream, type TestDatabase } from '@deskfleet/testkit';
import type { Kysely } from 'kysely';
import pg from 'pg';
import { Registry } from 'prom-client';
import {
  type Bus,
  connectBus,
  createEventWriter,
  type EventWriter,
  type Relay,
  startRelay,
} from '../src/index.ts';
import { logger, schema } from './logger.ts';

export { schema } from './logger.ts';
export const eventType = 'deskfleet.session.start-requested.v1';

export interface Fixture {
  database: TestDatabase;
  databaseUrl: string;
  db: Kysely<Database>;
  /** The tables' owner, to look and to arrange. */
  owner: pg.Pool;
  bus: Bus;
  natsUrl: string;
  writer: EventWriter;
  logger: Logger;
  metrics: Registry;
  /** Opens another bus to the same stream, as another process would. */
  anotherBus(): Bus;
  relay(): Relay;
  /** Commits an event about a new session. Returns its id. */
  append(owner?: string): Promise<string>;
  /** Commits many events at once. */
  appendMany(count: number): Promise<void>;
  pending(): Promise<number>;
  close(): Promise<void>;
}

/** A database and a stream of the test file's own. `natsUrl` names a server other than the run's. */
export async function createFixture(natsUrl?: string): Promise<Fixture> {
  const database = await createTestDatabase();
  const stream = createTestStream();
  const connection: DatabaseConnection = connectDatabase({
    url: database.urlFor(schema),
    applicationName: 'test',
    onConnectionLost: () => {},
  });
  const { db } = connection;
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  owner.on('error', () => {});
  const metrics = new Registry();
  const servers = natsUrl ?? stream.natsUrl;
  const openBus = () =>
    connectBus({
      servers,
      name: 'test',
      logger,
      stream: { name: stream.streamName, subjectPrefix: stream.subjectPrefix },
    });
  const bus = openBus();
  const writer = createEventWriter({
    schema,
    source: '/deskfleet/session-manager',
    publicUrl: 'http://localhost:8080',
    clock: systemClock,
  });
  const relay = () => startRelay({ databaseUrl: database.urlFor(schema), schema, bus, logger, metrics });
  const append = (name = 'alice') =>
    db.transaction().execute((trx) => writer.append(trx, eventType, newEvent(name)));
  return {
    database,
    databaseUrl: database.urlFor(schema),
    db,
    owner,
    bus,
    natsUrl: servers,
    writer,
    logger,
    metrics,
    anotherBus: openBus,
    relay,
    append,
    async appendMany(count) {
      await db.transaction().execute(async (trx) => {
        for (let i = 0; i < count; i++) await writer.append(trx, eventType, newEvent('alice'));
      });
    },
    async pending() {
      const result = await owner.query(
        `select count(*)::int as n from ${schema}.outbox where published_at is null`,
      );
      return result.rows[0].n;
    },
    async close() {
      await bus.close();
      await connection.close();
      await owner.end();
      await database.drop();
    },
  };
}

export function newEvent(owner: string) {
  const sessionId = randomUUID();
  return { subject: sessionId, data: { sessionId, owner, generation: 1, cause: `user:${owner}` } };
}

/** All messages of the stream, oldest first. */
export async function streamMessages(bus: Bus) {
  const { jsm } = await bus.connected(AbortSignal.timeout(10_000));
  const { firstSequence, lastSequence } = await bus.ensureStream();
  const messages = [];
  for (let seq = Math.max(firstSequence, 1); seq <= lastSequence; seq++) {
    const message = await jsm.streams.getMessage(bus.streamName, { seq });
    if (message) messages.push(message);
  }
  return messages;
}
