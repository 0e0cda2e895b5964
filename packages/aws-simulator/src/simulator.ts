import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { dropLostViewers } from './host/connections.ts';
import { registerAwsEndpoint } from './http/aws-endpoint.ts';
import { CallCounts } from './http/call-counts.ts';
import { TokenBuckets } from './http/token-buckets.ts';
import type { Delays } from './state/delays.ts';
import { completeEarlierRecords } from './state/earlier-records.ts';
import { fileJournal, memoryJournal } from './state/journal.ts';
import { createSimulatorClock, systemTime, type TimeSource } from './state/simulator-clock.ts';
import { Store } from './state/store.ts';
import { openWorld, saveSettings, type World } from './state/world.ts';
import { registerSteering } from './steering/steering-routes.ts';
import { certificateOf } from './viewer/certificate.ts';
import { type ConnectionGateway, startConnectionGateway } from './viewer/connection-gateway.ts';
import { HostServers } from './viewer/host-servers.ts';
import { registerPathWay } from './viewer/path-way.ts';
import { ViewerStreams } from './viewer/viewer-streams.ts';

export interface AwsSimulatorOptions {
  /** Folder in which the cloud survives a restart; without it, it lives in memory. */
  dataDir?: string;
  /** Overrides of single delays; see `delaysForBoot` for a whole set. */
  delays?: Partial<Delays>;
  logger?: Logger;
  /** Where the simulator's clock takes real time from; tests give their own. */
  clock?: TimeSource;
  /** AWS's token buckets; on by default, as at AWS. */
  throttling?: boolean;
  /** Port on which each running host serves its desktop by HTTPS, at its own address; without it none does. */
  dcvPort?: number;
  /** A stand-in of the Amazon DCV Connection Gateway, by HTTPS; port 0 takes a free one. */
  connectionGateway?: { port: number; resolverUrl: string };
  /** The first instance of a new cloud gets the address so many further on: clouds on one machine share its addresses. */
  addressOffset?: number;
}

export interface AwsSimulator {
  /** Port 0 takes a free one. The URL is where AWS clients, viewers and `/_sim/` are served. */
  listen(where: { port: number; host?: string }): Promise<{ url: string; connectionGatewayUrl?: string }>;
  /** Ends all connections; everything accepted has been kept by then. */
  close(): Promise<void>;
}

// 16 KB of user data are 22 KB of base64 in a form; 1,000 instance ids about 40 KB.
const bodyLimitBytes = 1024 * 1024;

function readJsonBodies(app: FastifyInstance): void {
  const types = ['application/x-amz-json-1.0', 'application/x-amz-json-1.1'];
  app.addContentTypeParser(types, { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
}

/** Builds a simulated cloud: EC2, SSM and CloudWatch for the AWS SDK, DCV hosts with a viewer, steering by `/_sim/`. */
export function createAwsSimulator(options: AwsSimulatorOptions = {}): AwsSimulator {
  const logger = options.logger ?? pino({ level: 'silent' });
  const store = new Store(options.dataDir === undefined ? memoryJournal : fileJournal(options.dataDir));
  const clock = createSimulatorClock(options.clock ?? systemTime);
  const { delays, throttling, addressOffset = 0 } = options;
  const world = openWorld({ store, clock, logger, delays, throttling, addressOffset });
  completeEarlierRecords(world);
  saveSettings(world);
  dropLostViewers(world);

  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    // Misspelt steering must be refused, not silently dropped or bent into shape.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  });
  app.register(formbody, { bodyLimit: bodyLimitBytes });
  readJsonBodies(app);
  const parts = { world, counts: new CallCounts(), buckets: new TokenBuckets() };
  const streams = new ViewerStreams(world);
  registerAwsEndpoint(app, parts);
  registerPathWay(app, { world, streams });
  registerSteering(app, parts);

  let ways: OtherWays = {};
  return {
    listen: async ({ port, host = '127.0.0.1' }) => {
      ways = await openOtherWays({ world, streams }, options, host);
      const url = await app.listen({ port, host });
      return { url, ...(ways.gateway && { connectionGatewayUrl: ways.gateway.url }) };
    },
    close: async () => {
      streams.close();
      await Promise.all([app.close(), ways.hosts?.close(), ways.gateway?.close()]);
      await store.flush();
    },
  };
}

/** Ways to hosts besides the load balancer's. */
interface OtherWays {
  hosts?: HostServers;
  gateway?: ConnectionGateway;
}

async function openOtherWays(
  parts: { world: World; streams: ViewerStreams },
  { dcvPort, connectionGateway }: AwsSimulatorOptions,
  host: string,
): Promise<OtherWays> {
  if (dcvPort === undefined && !connectionGateway) return {};
  const certificate = await certificateOf(parts.world);
  const ways: OtherWays = {};
  if (connectionGateway) {
    const { port, resolverUrl } = connectionGateway;
    ways.gateway = await startConnectionGateway({
      ...parts,
      certificate,
      resolverUrl,
      listen: { host, port },
    });
  }
  if (dcvPort !== undefined) ways.hosts = await HostServers.start({ ...parts, certificate, port: dcvPort });
  return ways;
}
