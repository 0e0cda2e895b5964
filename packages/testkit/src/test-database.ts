import { randomBytes } from 'node:crypto';
import { roleNameOf, type ServiceSchema } from '@deskfleet/database';
import pg from 'pg';
import { inject } from 'vitest';
import { databaseUrl } from './database-url.ts';
import { eventually } from './eventually.ts';
import type {} from './infrastructure.ts';

/** A database of one test file, with all tables and nothing in them but what migrations insert. */
export interface TestDatabase {
  name: string;
  /** URL of the tables' owner: for arranging and for looking, never for the code under test. */
  ownerUrl: string;
  /** URL of a service's own role, as in production. */
  urlFor(service: ServiceSchema): string;
  /** Ends all connections to it and removes it. */
  drop(): Promise<void>;
}

/** Clones the migrated template; call in `beforeAll`, and `drop` in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { ownerUrl, templateDatabase, rolePrefix, rolePassword } = inject('infrastructure');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asOwner(ownerUrl, `CREATE DATABASE ${name} TEMPLATE ${templateDatabase}`);
  return {
    name,
    ownerUrl: databaseUrl(ownerUrl, { database: name }),
    urlFor: (service) =>
      databaseUrl(ownerUrl, {
        database: name,
        user: roleNameOf(service, rolePrefix),
        password: rolePassword,
      }),
    drop: () => dropDatabase(ownerUrl, name),
  };
}

/**
 * Removes a database once its connections have gone. A pool that has been closed may still have one on its way out; cut
 * by force, it would hand its client an error that nobody expects any more.
 */
export async function dropDatabase(ownerUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const isFree = async () => {
      const open = await client.query('select from pg_stat_activity where datname = $1', [name]);
      return open.rowCount === 0;
    };
    // Who has not closed by then is cut.
    await eventually(isFree, { timeoutMs: 3_000 }).catch(() => undefined);
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}

async function asOwner(ownerUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
