import { createServer } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry with Node's own metrics; every metric carries the label `service`. */
export function createMetrics({ service }: { service: string }): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

export interface MetricsServerOptions {
  registry: Registry;
  /** 0 turns the server off. */
  port: number;
  host?: string;
}

export interface MetricsServer {
  close(): Promise<void>;
}

/** Serves GET /metrics on a port of its own, which is not meant to be public. Rejects when the port is taken. */
export async function startMetricsServer({
  registry,
  port,
  host,
}: MetricsServerOptions): Promise<MetricsServer> {
  if (port === 0) return { close: async () => {} };
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    } catch {
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
