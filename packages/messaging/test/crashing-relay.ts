// Runs a relay until a failpoint kills the process or standard input ends. For relay-crash.test.ts.
import { configureFailpoints } from '@deskfleet/runtime';
import { Registry } from 'prom-client';
import { connectBus, startRelay } from '../src/index.ts';
import { logger, schema } from './logger.ts';

const [
  databaseUrl = '',
  natsUrl = '',
  streamName = '',
  subjectPrefix = '',
  failpointName = '',
  directory = '',
] = process.argv.slice(2);

configureFailpoints({ names: [failpointName], directory });
const bus = connectBus({
  servers: natsUrl,
  name: 'crashing',
  logger,
  stream: { name: streamName, subjectPrefix },
});
startRelay({ databaseUrl, schema, bus, logger, metrics: new Registry() });
