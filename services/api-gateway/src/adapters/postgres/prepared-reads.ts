import type { CompiledQuery } from 'kysely';
import type pg from 'pg';

/** Reads that Postgres has to plan only once per connection. */
export interface PreparedReads {
  rows<Row>(query: CompiledQuery<Row>, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * Runs queries as named prepared statements. Planning the join of a session takes Postgres longer than running it.
 * Give only queries of few shapes: each shape stays prepared on each connection.
 */
export function createPreparedReads(pool: pg.Pool): PreparedReads {
  const names = new Map<string, string>();
  const nameOf = (text: string) => {
    const known = names.get(text);
    if (known) return known;
    const name = `gateway-${names.size + 1}`;
    names.set(text, name);
    return name;
  };
  return {
    async rows<Row>(query: CompiledQuery<Row>, values: readonly unknown[] = query.parameters) {
      const result = await pool.query({ name: nameOf(query.sql), text: query.sql, values: [...values] });
      return result.rows as Row[];
    },
  };
}
