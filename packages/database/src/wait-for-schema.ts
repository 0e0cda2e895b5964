import { type Kysely, sql } from 'kysely';
import { latestMigration } from './migrate.ts';
import type { Database } from './tables/database.ts';

export interface SchemaWait {
  db: Kysely<Database>;
  /** Told once per change of what it is waiting for. */
  onWaiting: (why: string) => void;
  /** Ends the wait. */
  signal: AbortSignal;
}

/** How often a missing database or schema is looked for again. */
const retryMilliseconds = 500;

/**
 * Waits until the database answers and the migrate step has brought it to what this version needs.
 * @throws the signal's reason when aborted.
 */
export async function waitForSchema({ db, onWaiting, signal }: SchemaWait): Promise<void> {
  let told = '';
  for (;;) {
    signal.throwIfAborted();
    const why = await missing(db);
    if (why === null) return;
    if (why !== told) onWaiting(why);
    told = why;
    await new Promise((resolve) => setTimeout(resolve, retryMilliseconds));
  }
}

/** What is missing, as a sentence for the log; null when nothing is. */
async function missing(db: Kysely<Database>): Promise<string | null> {
  try {
    const found = await sql`select from deskfleet.kysely_migration where name = ${latestMigration}`.execute(
      db,
    );
    return found.rows.length > 0 ? null : `waiting for the migrate step to apply ${latestMigration}`;
  } catch (error) {
    const code = (error as { code?: string }).code;
    // 42P01 undefined_table, 3F000 invalid_schema_name, 42501 insufficient_privilege: the migrate step has not run.
    if (code === '42P01' || code === '3F000' || code === '42501') {
      return 'waiting for the migrate step to create the tables';
    }
    return `waiting for the database: ${(error as Error).message || code}`;
  }
}
