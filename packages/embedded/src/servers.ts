import { mkdir } from 'node:fs/promises';
import { type NatsSettings, natsAnswers, natsArguments, natsUrl } from './nats.ts';
import {
  clearLeftoverServer,
  DATABASE,
  damagedFolder,
  ensureDatabase,
  ownerUrl,
  type PostgresSettings,
  postgresAnswers,
  preparePostgres,
} from './postgres.ts';
import type { ProcessDefinition } from './process-definition.ts';
import type { Supervisor } from './supervisor.ts';

/** Starts PostgreSQL under the supervisor and makes the database. Answers the owner's URL. */
export async function startPostgres(supervisor: Supervisor, settings: PostgresSettings): Promise<string> {
  const server = await preparePostgres(settings);
  await supervisor.start({
    name: 'postgres',
    ...server,
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
    isReady: () => postgresAnswers(settings),
    beforeStart: () => clearLeftoverServer(settings.dataDir),
    // "Fast" shutdown: open connections are ended, what was committed is kept.
    stopSignal: 'SIGINT',
    stopStage: 0,
    startAttempts: 3,
    explainFailure: (lastLines) => damagedFolder(settings.dataDir, lastLines),
  });
  await ensureDatabase(settings, DATABASE);
  return ownerUrl(settings);
}

/** Starts NATS with JetStream under the supervisor. Answers its URL. */
export async function startNats(supervisor: Supervisor, settings: NatsSettings): Promise<string> {
  const definition: ProcessDefinition = {
    name: 'nats',
    command: settings.binary,
    args: natsArguments(settings),
    env: { PATH: process.env.PATH ?? '' },
    stopStage: 1,
    isReady: () => natsAnswers(settings.port),
    beforeStart: async () => {
      await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
    },
    startAttempts: 3,
    explainFailure: (lastLines) =>
      `NATS cannot use the folder ${settings.dataDir} or port ${settings.port} (it says: ${lastLines.split('\n').at(-1)}): move the folder away to start with an empty stream; services publish again what was not delivered.`,
  };
  await supervisor.start(definition);
  return natsUrl(settings);
}
