import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Kysely, sql } from 'kysely';
import type { DatabaseTransaction } from './connect-database.ts';
import type { Database } from './tables/database.ts';

/** Longer than any one call to AWS may take: whoever has lost the lease has no call under way. */
const leaseSeconds = 15;

export interface LeaseOptions {
  /** The service whose replicas share it. */
  schema: 'session_manager' | 'idle_monitor';
  /** What the holder may do. */
  name: string;
  /** Who holds it here. */
  holder: string;
}

/** A lease row in database time: of several replicas one acts, and another follows when it is silent. */
export interface Lease {
  /** Takes or renews it for 15 seconds; false: another replica holds it. */
  hold(): Promise<boolean>;
  /** Whether it is still held; it cannot be lost before the transaction ends. */
  isHeld(trx: DatabaseTransaction): Promise<boolean>;
  release(): Promise<void>;
}

export function createLease(db: Kysely<Database>, { schema, name, holder }: LeaseOptions): Lease {
  const table = sql.table(`${schema}.leases`);
  return {
    async hold() {
      const { rows } = await sql`insert into ${table} as l (name, holder, expires_at)
        values (${name}, ${holder}, now() + make_interval(secs => ${leaseSeconds}))
        on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
          where l.holder = excluded.holder or l.expires_at < now()
        returning holder`.execute(db);
      return rows.length > 0;
    },

    async isHeld(trx) {
      const { rows } = await sql`select 1 from ${table}
        where name = ${name} and holder = ${holder} and expires_at > now() for update`.execute(trx);
      return rows.length > 0;
    },

    async release() {
      await sql`delete from ${table} where name = ${name} and holder = ${holder}`.execute(db);
    },
  };
}

/** The same after a restart, so that a process that crashed has its lease back at once; no two can have one port. */
export function leaseHolderOf(port: number): string {
  return `${hostname()}:${port === 0 ? randomUUID() : port}`;
}
