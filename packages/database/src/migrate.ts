import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { foreignReads } from './grants.ts';
import { up as messaging } from './migrations/0001-messaging.ts';
import { up as sessions } from './migrations/0002-sessions.ts';
import { up as baseSoftwareStacks } from './migrations/0003-base-software-stacks.ts';
import { up as ec2Lifecycle } from './migrations/0004-ec2-lifecycle.ts';
import { up as moreBaseStacks } from './migrations/0005-more-base-stacks.ts';
import { up as schedules } from './migrations/0006-schedules.ts';
import { up as idleness } from './migrations/0007-idleness.ts';
import { up as access } from './migrations/0008-access.ts';
import { roleNameOf, type ServiceSchema, serviceSchemas } from './services.ts';

/** The schema of what the migrate step itself keeps. */
const bookkeepingSchema = 'deskfleet';

const migrations: Record<string, Migration> = {
  '0001-messaging': { up: messaging },
  '0002-sessions': { up: sessions },
  '0003-base-software-stacks': { up: baseSoftwareStacks },
  '0004-ec2-lifecycle': { up: ec2Lifecycle },
  '0005-more-base-stacks': { up: moreBaseStacks },
  '0006-schedules': { up: schedules },
  '0007-idleness': { up: idleness },
  '0008-access': { up: access },
};

/** The migration that this version of the services needs. */
export const latestMigration = Object.keys(migrations).at(-1) as string;

export interface MigrateOptions {
  /** Connection URL of the role that owns the tables; the services never use it. */
  ownerUrl: string;
  /** Prefix of the services' role names, as roles belong to the whole server. */
  rolePrefix: string;
  /** Passwords of the services' roles. A role without one here must exist already, as on a server without CREATEROLE. */
  passwords: Partial<Record<ServiceSchema, string>>;
}

/**
 * Creates or upgrades tables, roles and grants; safe to repeat, and to run twice at once.
 * @throws Error when a migration fails (nothing of it is kept) or a role is missing and cannot be created.
 */
export async function migrate({ ownerUrl, rolePrefix, passwords }: MigrateOptions): Promise<void> {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  // A connection that is cut fails the statement that uses it; without these it would also end the whole process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => migrations },
      // Made by the Migrator, which copes with another making it at once, as CREATE SCHEMA IF NOT EXISTS does not.
      migrationTableSchema: bookkeepingSchema,
    });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error;
    await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('deskfleet.migrate'))`.execute(trx);
      for (const schema of serviceSchemas) {
        const role = roleNameOf(schema, rolePrefix);
        await ensureRole(trx, role, passwords[schema]);
        await grant(trx, role, schema);
      }
    });
  } finally {
    await db.destroy();
  }
}

async function ensureRole(db: Kysely<unknown>, role: string, password: string | undefined): Promise<void> {
  const found = await sql<{ exists: boolean; mayCreate: boolean }>`
    select exists (select from pg_roles where rolname = ${role}) as "exists",
      (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as "mayCreate"`.execute(
    db,
  );
  const { exists, mayCreate } = found.rows[0] ?? { exists: false, mayCreate: false };
  if (exists && (!mayCreate || password === undefined)) return;
  if (!mayCreate) {
    throw new Error(
      `The database role ${role} is missing and the owner role may not create roles. ` +
        `Create it: CREATE ROLE ${role} LOGIN PASSWORD '…';`,
    );
  }
  if (password === undefined) {
    throw new Error(`The database role ${role} is missing, and no password was given to create it with.`);
  }
  const statement = exists ? sql`alter role` : sql`create role`;
  await sql`${statement} ${sql.id(role)} login password ${sql.lit(password)}`.execute(db);
}

async function grant(db: Kysely<unknown>, role: string, own: ServiceSchema): Promise<void> {
  const to = sql.id(role);
  await sql`grant usage on schema ${sql.id(bookkeepingSchema)}, ${sql.id(own)} to ${to}`.execute(db);
  await sql`grant select on ${sql.table(`${bookkeepingSchema}.kysely_migration`)} to ${to}`.execute(db);
  await sql`grant select, insert, update, delete on all tables in schema ${sql.id(own)} to ${to}`.execute(db);
  await sql`grant usage on all sequences in schema ${sql.id(own)} to ${to}`.execute(db);
  for (const table of foreignReads[own]) {
    const [schema = ''] = table.split('.');
    await sql`grant usage on schema ${sql.id(schema)} to ${to}`.execute(db);
    await sql`grant select on ${sql.table(table)} to ${to}`.execute(db);
  }
}
