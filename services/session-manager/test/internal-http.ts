import type { AddressInfo } from 'node:net';
import { createHealth, type SignOptions, signServiceCredential } from '@deskfleet/runtime';
import { buildHttpServer } from '@deskfleet/service-base';
import { internalRoutes } from '../src/adapters/http/internal-routes.ts';
import { credentialKey, type Fleet } from './fleet.ts';

export interface InternalHttp {
  url: string;
  sign(change?: Partial<SignOptions>): Promise<string>;
  /** Asks as the gateway does. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** The fleet's internal routes on a port. */
export async function serveInternalHttp(fleet: Fleet): Promise<InternalHttp> {
  const { routes } = fleet.manager;
  const app = await buildHttpServer({
    health: createHealth(),
    routes: internalRoutes(routes),
    logger: fleet.logger,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const sign: InternalHttp['sign'] = (change) =>
    signServiceCredential({
      key: credentialKey,
      from: 'api-gateway',
      to: 'session-manager',
      clock: fleet.clock,
      ...change,
    });
  return {
    url,
    sign,
    post: async (path, body, headers) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await sign()}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
