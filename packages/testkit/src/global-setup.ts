import { migrate, serviceSchemas } from '@deskfleet/database';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { databaseUrl } from './database-url.ts';
import { type Servers, startEmbeddedServers } from './embedded-servers.ts';
import type { Infrastructure } from './infrastructure.ts';

const TEMPLATE = 'deskfleet_template';
const ROLE_PREFIX = 'test';
const ROLE_PASSWORD = 'role-of-the-tests';

/** vitest's global setup: one Postgres and one NATS server for the run, and the migrated template database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startServers();
  try {
    project.provide('infrastructure', await prepareTemplate(servers));
  } catch (error) {
    await servers.stop();
    throw error;
  }
  return () => servers.stop();
}

async function startServers(): Promise<Servers> {
  if (process.env.TEST_INFRA !== 'containers') return startEmbeddedServers();
  const { startContainerServers } = await import('./container-servers.ts');
  return startContainerServers();
}

async function prepareTemplate(servers: Servers): Promise<Infrastructure> {
  const ownerUrl = databaseUrl(servers.ownerUrl, { database: 'postgres' });
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query(`CREATE DATABASE ${TEMPLATE}`);
  } finally {
    await owner.end();
  }
  const passwords = Object.fromEntries(serviceSchemas.map((schema) => [schema, ROLE_PASSWORD]));
  await migrate({
    ownerUrl: databaseUrl(servers.ownerUrl, { database: TEMPLATE }),
    rolePrefix: ROLE_PREFIX,
    passwords,
  });
  return {
    ownerUrl,
    natsUrl: servers.natsUrl,
    templateDatabase: TEMPLATE,
    rolePrefix: ROLE_PREFIX,
    rolePassword: ROLE_PASSWORD,
  };
}
