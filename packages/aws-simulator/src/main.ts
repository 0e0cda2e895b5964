import { pino } from 'pino';
import { type AwsSimulatorOptions, createAwsSimulator } from './simulator.ts';
import { delaysForBoot } from './state/delays.ts';

const defaultPort = 4566;

function numberFrom(name: string, byDefault: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return byDefault;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${name} must be a number of at least 0, for example ${byDefault}; it is '${text}'`);
}

function readOptions(): AwsSimulatorOptions {
  const dataDir = process.env.SIM_DATA_DIR;
  return {
    delays: delaysForBoot(numberFrom('SIM_BOOT_SECONDS', 5)),
    throttling: (process.env.SIM_THROTTLING ?? 'on') !== 'off',
    ...(dataDir ? { dataDir } : {}),
  };
}

function sentenceFor(error: unknown): string {
  if (!(error instanceof Error)) return 'the simulator cannot start';
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `PORT ${process.env.PORT ?? defaultPort} is in use by another program; choose another PORT`;
  }
  return error.message;
}

async function main(): Promise<void> {
  const logger = pino({ name: 'aws-simulator', level: process.env.LOG_LEVEL ?? 'info' });
  try {
    const simulator = createAwsSimulator({ ...readOptions(), logger });
    const stop = async (signal: string) => {
      logger.info({ signal }, 'stopping');
      await simulator.close();
      process.exit(0);
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    const host = process.env.HOST ?? '127.0.0.1';
    const { url } = await simulator.listen({ port: numberFrom('PORT', defaultPort), host });
    logger.info({ url }, 'the simulated AWS answers');
  } catch (error) {
    logger.fatal(sentenceFor(error));
    process.exitCode = 1;
  }
}

await main();
