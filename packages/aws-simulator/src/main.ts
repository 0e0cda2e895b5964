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
    addressOffset: numberFrom('SIM_ADDRESS_OFFSET', 0),
    ...readWays(),
  };
}

/** Ways to hosts that somebody wants besides the load balancer. */
function readWays(): Pick<AwsSimulatorOptions, 'dcvPort' | 'connectionGateway'> {
  const { SIM_DCV_PORT: dcvPort, SIM_GATEWAY_PORT: gatewayPort, SIM_RESOLVER_URL: resolverUrl } = process.env;
  if (gatewayPort && !URL.canParse(resolverUrl ?? '')) {
    throw new Error('SIM_GATEWAY_PORT needs SIM_RESOLVER_URL, for example http://127.0.0.1:8083');
  }
  return {
    ...(dcvPort && { dcvPort: numberFrom('SIM_DCV_PORT', 8443) }),
    ...(gatewayPort &&
      resolverUrl && { connectionGateway: { port: numberFrom('SIM_GATEWAY_PORT', 0), resolverUrl } }),
  };
}

function sentenceFor(error: unknown): string {
  if (!(error instanceof Error)) return 'the simulator cannot start';
  if ('code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? error.port : process.env.PORT;
    return `port ${port ?? defaultPort} is in use by another program; choose another PORT or SIM_GATEWAY_PORT`;
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
    const answers = await simulator.listen({ port: numberFrom('PORT', defaultPort), host });
    logger.info(answers, 'the simulated AWS answers');
  } catch (error) {
    logger.fatal(sentenceFor(error));
    process.exitCode = 1;
  }
}

await main();
