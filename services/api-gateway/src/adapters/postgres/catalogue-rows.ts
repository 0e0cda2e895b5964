import type { Database } from '@deskfleet/database';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { CatalogueEntry } from '../../domain/catalogue-kinds.ts';

/** Names the state of a row: another one after every change (`touched`). To the microsecond, as Postgres keeps it. */
export function versionOf(updatedAt: string): RawBuilder<string> {
  return sql<string>`(extract(epoch from ${sql.ref(updatedAt)}) * 1000000)::bigint::text`;
}

/** The time of a change: always a later one than before, also when the clock was set back. */
export const touched = sql<Date>`greatest(clock_timestamp(), updated_at + interval '1 microsecond')`;

interface Row {
  id: string;
  createdAt: Date;
  updatedAt: Date;
  version: string;
}

/** A row whose other columns are the fields. */
export function toEntry<R extends Row>(row: R): CatalogueEntry<Omit<R, keyof Row>> {
  const { id, createdAt, updatedAt, version, ...fields } = row;
  return { id, fields, createdAt, updatedAt, version };
}

/** The tables of what administrators keep; each has `id` and `name`. */
type CatalogueTableName =
  | 'api_gateway.software_stacks'
  | 'api_gateway.profiles'
  | 'api_gateway.projects'
  | 'api_gateway.permission_sets';

/** Whether another row has the name, whatever its case. */
export async function isNameTaken(
  db: Kysely<Database>,
  table: CatalogueTableName,
  { name, exceptId }: { name: string; exceptId: string | null },
): Promise<boolean> {
  const { rows } = await sql`
    select from ${sql.table(table)} where lower(name) = lower(${name}) and id is distinct from ${exceptId}`.execute(
    db,
  );
  return rows.length > 0;
}

export async function removeRow(db: Kysely<Database>, table: CatalogueTableName, id: string): Promise<void> {
  await sql`delete from ${sql.table(table)} where id = ${id}`.execute(db);
}
