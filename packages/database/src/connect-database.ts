import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { PreparingClient } from './prepared.ts';
import type { Database } from './tables/database.ts';

export interface ConnectOptions {
  /** Connection URL of the service's own role. */
  url: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Connections at most; 10 unless told. */
  poolSize?: number;
  /** Told of connections that broke while idle; the pool replaces them. */
  onConnectionLost: (error: Error) => void;
}

export interface DatabaseConnection {
  db: Kysely<Database>;
  pool: pg.Pool;
  /** The database's own time. */
  now(): Promise<Date>;
  close(): Promise<void>;
}

/** Opens a pool; connects when first used, so that a database which is away does not stop a process from starting. */
export function connectDatabase(options: ConnectOptions): DatabaseConnection {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.poolSize ?? 10,
    // A database that does not answer must become an error, not a hang; 5 s covers a failover's first packets.
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
  });
  pool.on('error', options.onConnectionLost);
  // A connection that breaks while it is in use fails its query, and emits `error` as well: with nobody listening, that
  // event would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    pool,
    async now() {
      const result = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
      const row = result.rows[0];
      if (!row) throw new Error('The database told no time.');
      return row.now;
    },
    close: () => db.destroy(),
  };
}

export type DatabaseTransaction = Transaction<Database>;
