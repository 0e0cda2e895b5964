import { randomBytes } from 'node:crypto';
import { createTestDatabase, dropDatabase } from '@deskfleet/testkit';
import pg from 'pg';
import { roleNameOf, serviceSchemas } from '../src/index.ts';

/** A database without any tables, and names of roles that no other test uses, for the migrate step to work on. */
export interface EmptyDatabase {
  /** URL of a superuser, who owns the database. */
  ownerUrl: string;
  rolePrefix: string;
  /** Creates a role with the password `secret`, and answers its URL. */
  addRole(name: string, attributes?: string): Promise<string>;
  /** The database's URL for a role with this password. */
  urlOf(name: string, password?: string): string;
  drop(): Promise<void>;
}

export async function createEmptyDatabase(): Promise<EmptyDatabase> {
  const { ownerUrl: migratedUrl, drop: dropMigrated } = await createTestDatabase();
  await dropMigrated();
  const serverUrl = withDatabase(migratedUrl, 'postgres');
  const id = randomBytes(5).toString('hex');
  const name = `test_empty_${id}`;
  const rolePrefix = `test_${id}`;
  await query(serverUrl, `create database ${name}`);
  const ownerUrl = withDatabase(serverUrl, name);
  const urlOf: EmptyDatabase['urlOf'] = (role, password = 'secret') =>
    Object.assign(new URL(ownerUrl), { username: role, password }).href;
  const roles = new Set(serviceSchemas.map((schema) => roleNameOf(schema, rolePrefix)));
  return {
    ownerUrl,
    rolePrefix,
    urlOf,
    async addRole(role, attributes = '') {
      await query(serverUrl, `create role ${role} login password 'secret' ${attributes}`);
      roles.add(role);
      return urlOf(role);
    },
    async drop() {
      await dropDatabase(serverUrl, name);
      await query(serverUrl, `drop role if exists ${[...roles].join(', ')}`);
    },
  };
}

/** The rows of one statement on a connection of its own. */
export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}
