import pg from 'pg';

const mark = /^\/\* prepared: ([\w-]+) \*\/ /;

/**
 * Has Postgres parse and plan a statement once for each connection instead of each time, which for joins takes longer than
 * running them. For statements that are compiled once: `name` stands for this text alone.
 */
export function prepared<Statement extends { sql: string }>(name: string, statement: Statement): Statement {
  return { ...statement, sql: `/* prepared: ${name} */ ${statement.sql}` };
}

/** Sends the statements that `prepared` has marked by their names; Kysely itself knows only texts. */
export class PreparingClient extends pg.Client {
  // One signature stands for the nine of pg, whose results differ by what they are given.
  // biome-ignore lint/suspicious/noExplicitAny: the types of pg say what callers see.
  override query(text: any, values?: any, callback?: any): any {
    const name = typeof text === 'string' ? mark.exec(text)?.[1] : undefined;
    return name === undefined
      ? super.query(text, values, callback)
      : super.query({ name, text, values }, callback);
  }
}
