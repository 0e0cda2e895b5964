import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import type { Servers } from './embedded-servers.ts';

const OWNER_PASSWORD = 'owner-of-the-tests';

/** The same two servers from the images that deployments run, for TEST_INFRA=containers. */
export async function startContainerServers(): Promise<Servers> {
  const starting = await Promise.allSettled([postgres(), nats()]);
  const started = starting.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => {
    await Promise.all(started.map((container) => container.stop()));
  };
  const [database, broker] = started;
  if (!(database && broker)) {
    await stop();
    throw starting.find((result) => result.status === 'rejected')?.reason;
  }
  return {
    ownerUrl: `postgres://postgres:${OWNER_PASSWORD}@${addressOf(database, 5432)}/postgres`,
    natsUrl: process.env.NATS_URL ?? `nats://${addressOf(broker, 4222)}`,
    stop,
  };
}

function postgres(): Promise<StartedTestContainer> {
  return (
    new GenericContainer('postgres:18')
      .withEnvironment({ POSTGRES_PASSWORD: OWNER_PASSWORD })
      .withCommand([
        'postgres',
        '-c',
        'fsync=off',
        '-c',
        'synchronous_commit=off',
        '-c',
        'max_connections=300',
      ])
      .withExposedPorts(5432)
      // The entrypoint starts the server twice: first for its own set-up.
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start()
  );
}

function nats(): Promise<StartedTestContainer> {
  return new GenericContainer('nats:2')
    .withCommand(['-js'])
    .withExposedPorts(4222)
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .start();
}

function addressOf(container: StartedTestContainer, port: number): string {
  return `${container.getHost()}:${container.getMappedPort(port)}`;
}
