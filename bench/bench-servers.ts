import { randomBytes } from 'node:crypto';
import { migrate, roleNameOf, type ServiceSchema, serviceSchemas } from '@deskfleet/database';
import { type EmbeddedServers, startEmbeddedServers } from '../packages/testkit/src/embedded-servers.ts';

const rolePrefix = 'bench';

/** A Postgres with all tables and a NATS for one measurement. */
export interface BenchServers extends EmbeddedServers {
  urlFor(service: ServiceSchema): string;
}

/** As durable as in the embedded default: what tests leave out costs time that users pay. */
export async function startBenchServers(): Promise<BenchServers> {
  const servers = await startEmbeddedServers({});
  try {
    const password = randomBytes(16).toString('hex');
    const passwords = Object.fromEntries(serviceSchemas.map((schema) => [schema, password]));
    await migrate({ ownerUrl: servers.ownerUrl, rolePrefix, passwords });
    const urlFor = (service: ServiceSchema) =>
      Object.assign(new URL(servers.ownerUrl), { username: roleNameOf(service, rolePrefix), password }).href;
    return { ...servers, urlFor };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}
