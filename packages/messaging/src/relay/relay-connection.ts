import type { ServiceSchema } from '@deskfleet/database';
import pg from 'pg';

/** A connection to Postgres that listens for new outbox rows. */
export interface RelayConnection {
  client: pg.Client;
  /** Whether this connection holds the lock of the one relay that publishes. */
  leading: boolean;
  isLost(): boolean;
  close(): Promise<void>;
}

export interface RelayConnectionOptions {
  databaseUrl: string;
  schema: ServiceSchema;
  /** Rows were added. */
  onRows: () => void;
  onLost: () => void;
}

/** A relay asks something every second. One that does not is frozen or cut off, and must not keep the others waiting. */
const frozenSeconds = 20;

/** Opens a connection of the relay's own: LISTEN belongs to a connection, and a pool would hand it to others. */
export async function openRelayConnection(options: RelayConnectionOptions): Promise<RelayConnection> {
  const { databaseUrl, schema, onRows, onLost } = options;
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `${schema} outbox relay`,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
    keepAlive: true,
  });
  let lost = false;
  const lose = () => {
    if (lost) return;
    lost = true;
    onLost();
  };
  client.on('error', lose);
  client.on('end', lose);
  client.on('notification', onRows);
  try {
    await client.connect();
    await client.query(
      `set synchronous_commit = off; set idle_session_timeout = '${frozenSeconds}s'; listen outbox_${schema}`,
    );
  } catch (error) {
    lost = true;
    await client.end().catch(() => {});
    throw error;
  }
  return {
    client,
    leading: false,
    isLost: () => lost,
    async close() {
      lost = true;
      await client.end().catch(() => {});
    },
  };
}
