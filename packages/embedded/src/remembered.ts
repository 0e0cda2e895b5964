import { randomBytes } from 'node:crypto';
import { readDataFile, writeDataFile } from './data-folder.ts';
import { freePort } from './free-port.ts';
import { StartError } from './start-error.ts';

const portNames = [
  'postgres',
  'nats',
  'awsSimulator',
  'connectionGateway',
  'identityProvider',
  'sessionManager',
  'tokenService',
  'scheduler',
  'idleMonitor',
  'apiGatewayMetrics',
  'sessionManagerMetrics',
  'schedulerMetrics',
  'idleMonitorMetrics',
  'tokenServiceMetrics',
] as const;

/** Ports of 127.0.0.1 besides the gateway's. */
export type Ports = Record<(typeof portNames)[number], number>;

const secretNames = [
  'databaseOwnerPassword',
  'apiGatewayPassword',
  'sessionManagerPassword',
  'tokenServicePassword',
  'schedulerPassword',
  'idleMonitorPassword',
  'dcvTokenKey',
  'serviceCredentialKey',
  'identityClientSecret',
] as const;

/** Keys and passwords, each 32 random bytes in base64. */
export type Secrets = Record<(typeof secretNames)[number], string>;

const PORTS_FILE = 'ports.json';
const SECRETS_FILE = 'secrets.json';

/** The ports of the last start; those taken by others meanwhile, and new ones, are chosen anew. */
export async function choosePorts(folder: string): Promise<Ports> {
  const remembered = (await readDataFile(folder, PORTS_FILE)) ?? {};
  const ports: Partial<Ports> = {};
  for (const name of portNames) {
    const before = remembered[name];
    ports[name] = await freePort(typeof before === 'number' ? before : undefined);
  }
  await writeDataFile(folder, PORTS_FILE, ports);
  return ports as Ports;
}

/** The folder's secrets; missing ones are made. */
export async function loadSecrets(folder: string): Promise<Secrets> {
  const known = await readDataFile(folder, SECRETS_FILE);
  const secrets = { ...known };
  for (const name of secretNames) {
    secrets[name] ??= randomBytes(32).toString('base64');
    if (typeof secrets[name] !== 'string') {
      throw new StartError(`The data folder is damaged: ${name} in ${folder}/${SECRETS_FILE} is not text.`);
    }
  }
  await writeDataFile(folder, SECRETS_FILE, secrets);
  return secrets as Secrets;
}

/** What a running system's folder tells a command beside it. @throws StartError when it is not complete */
export async function readRunning(folder: string): Promise<{ ports: Ports; secrets: Secrets }> {
  const [ports, secrets] = await Promise.all([
    readDataFile(folder, PORTS_FILE),
    readDataFile(folder, SECRETS_FILE),
  ]);
  if (!(ports && secrets))
    throw new StartError(`The system of ${folder} is still starting: try again in a moment.`);
  return { ports: ports as Ports, secrets: secrets as Secrets };
}
