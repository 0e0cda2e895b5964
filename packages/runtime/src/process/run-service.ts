import closeWithGrace from 'close-with-grace';
import type { Environment } from '../config/read-setting.ts';
import { configureFailpoints } from '../failpoint.ts';
import { createHealth, type Health } from '../http/health.ts';
import { createLogger, type Logger } from '../logger.ts';
import { explainStartFailure } from './start-error.ts';
import { watchSupervisor } from './watch-supervisor.ts';

/** What a started service hands back, to be ended. */
export interface RunningService {
  /** Finishes what was begun and takes on nothing new. */
  drain?(): Promise<void>;
  /** Closes what `start` opened. */
  stop(): Promise<void>;
}

export interface ServiceContext {
  env: Environment;
  logger: Logger;
  health: Health;
  /** Aborted when the process is to end, also while it still starts. */
  signal: AbortSignal;
}

export interface ServiceOptions {
  /** Name of the service, such as `api-gateway`. */
  name: string;
  /** `process.env`, which only `main.ts` reads. */
  env: Environment;
  /** Opens everything and resolves once requests are served. */
  start: (context: ServiceContext) => Promise<RunningService>;
  /** Milliseconds that drain and stop may take together; 15 000 unless told (Kubernetes kills after 30 s). */
  graceMilliseconds?: number;
}

/**
 * Runs a service as this process: start, then serve until SIGTERM, SIGINT or the loss of the supervisor, then drain and
 * stop. Exit code 0 after an orderly end, 78 for a configuration that cannot work, 1 for everything else.
 */
export function runService({ name, env, start, graceMilliseconds = 15_000 }: ServiceOptions): void {
  const logger = createLogger({ service: name, level: levelOf(env.LOG_LEVEL) });
  const health = createHealth();
  const ending = new AbortController();
  configureFailpoints({
    names: (env.DESKFLEET_FAILPOINTS ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean),
    directory: env.DESKFLEET_FAILPOINT_DIR ?? '.deskfleet/failpoints',
  });

  const started = start({ env, logger, health, signal: ending.signal });
  const grace = closeWithGrace({ delay: graceMilliseconds, logger: false }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, `${name} stops because of an error that nothing caught.`);
    else logger.info(`${name} is stopping${signal ? ` (${signal})` : ''}.`);
    health.startDraining();
    ending.abort(new Error(`${name} is stopping`));
    await endService(await started.catch(() => null), logger);
    logger.info(`${name} has stopped.`);
  });
  if (env.DESKFLEET_SUPERVISED === '1') watchSupervisor(() => void grace.close());

  started.then(
    () => logger.info(`${name} is running.`),
    (error: unknown) => {
      // A start that was interrupted by a signal has not failed.
      if (ending.signal.aborted) return;
      const { sentence, exitCode, known } = explainStartFailure(error);
      logger.fatal(known ? {} : { err: error }, sentence);
      process.exit(exitCode);
    },
  );
}

async function endService(service: RunningService | null, logger: Logger): Promise<void> {
  try {
    await service?.drain?.();
  } catch (err) {
    logger.error({ err }, 'Work that was under way could not be finished.');
  }
  await service?.stop();
}

/** A level that does not exist is told by the service's own configuration check; until then `info` will do. */
function levelOf(level: string | undefined): string {
  return ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].includes(level ?? '')
    ? (level as string)
    : 'info';
}
