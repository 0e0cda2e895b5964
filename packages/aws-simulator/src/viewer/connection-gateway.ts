import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { isRecord } from '../http/json-input.ts';
import type { World } from '../state/world.ts';
import type { Certificate } from './certificate.ts';
import { createViewerApp, httpsServerOf } from './viewer-app.ts';
import type { Lead, Way } from './viewer-routes.ts';
import type { ViewerStreams } from './viewer-streams.ts';

export interface ConnectionGatewayOptions {
  world: World;
  streams: ViewerStreams;
  certificate: Certificate;
  listen: { host: string; port: number };
  /** `[resolver] url` of a gateway's configuration; `/resolveSession` comes behind it. */
  resolverUrl: string;
}

export interface ConnectionGateway {
  url: string;
  close(): Promise<void>;
}

const resolverTimeoutMs = 5_000;

/** Starts a stand-in of the Amazon DCV Connection Gateway, with the web client that a real one gets from elsewhere. */
export async function startConnectionGateway(options: ConnectionGatewayOptions): Promise<ConnectionGateway> {
  const { world, streams, certificate, listen, resolverUrl } = options;
  const way: Way = {
    prefix: '',
    lead: async ({ ip }, sessionId) => {
      const lead = await resolve(resolverUrl, { sessionId, clientAddress: ip });
      if (!lead.found) world.logger.info({ sessionId, why: lead.why }, 'the gateway found no desktop');
      return lead;
    },
  };
  const app = await createViewerApp({ world, streams, way });
  const server = httpsServerOf(app, certificate).listen(listen);
  await once(server, 'listening');
  return {
    url: `https://${listen.host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await app.close();
    },
  };
}

type Resolved = Extract<Lead, { found: true }> | (Extract<Lead, { found: false }> & { why: string });

/**
 * Asks where a session is, as a Connection Gateway does
 * (https://docs.aws.amazon.com/dcv/latest/gw-admin/session-resolver.html): a POST without a body.
 */
async function resolve(
  resolverUrl: string,
  { sessionId, clientAddress }: { sessionId: string; clientAddress: string },
): Promise<Resolved> {
  const query = new URLSearchParams({ sessionId, transport: 'HTTP', clientIpAddress: clientAddress });
  try {
    const response = await fetch(`${resolverUrl.replace(/\/$/, '')}/resolveSession?${query}`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(resolverTimeoutMs),
    });
    if (response.status === 404) return notAvailable(404, 'the resolver knows none');
    if (!response.ok) return notAvailable(502, `the resolver answered ${response.status}`);
    return readAnswer(await response.json());
  } catch (error) {
    return notAvailable(502, error instanceof Error ? error.message : String(error));
  }
}

function readAnswer(answer: unknown): Resolved {
  if (
    isRecord(answer) &&
    typeof answer.SessionId === 'string' &&
    typeof answer.DcvServerEndpoint === 'string' &&
    typeof answer.Port === 'number' &&
    answer.TransportProtocol === 'HTTP'
  ) {
    return { found: true, privateIp: answer.DcvServerEndpoint, sessionId: answer.SessionId };
  }
  return notAvailable(502, 'the resolver gave no answer that a gateway understands');
}

/** Whoever asks is told no more than that: the rest is for the log. */
function notAvailable(status: 404 | 502, why: string): Resolved {
  return { found: false, status, message: 'This desktop is not available.', why };
}
