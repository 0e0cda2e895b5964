import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { FastifyInstance } from 'fastify';
import { hostFacts } from '../host/host-facts.ts';
import type { InstanceRecord } from '../state/records.ts';
import { hostNow, instanceByAddress, type World } from '../state/world.ts';
import type { Certificate } from './certificate.ts';
import { createViewerApp, httpsServerOf, shut } from './viewer-app.ts';
import type { Way } from './viewer-routes.ts';
import type { ViewerStreams } from './viewer-streams.ts';

export interface HostServersOptions {
  world: World;
  streams: ViewerStreams;
  certificate: Certificate;
  /** On which every host's DCV server listens. */
  port: number;
}

/** A client that has come to a host's own address. */
const direct: Way = {
  prefix: '',
  lead: ({ socket }, sessionId) => ({ found: true, privateIp: socket.localAddress ?? '', sessionId }),
};

// A host comes up when its time has come, and nobody is told: it is looked for often enough to be there before DCV is.
const lookEveryMs = 250;

/** The DCV servers of all hosts that are up, each by HTTPS at its host's own address. */
export class HostServers {
  readonly #options: HostServersOptions;
  readonly #app: FastifyInstance;
  readonly #servers = new Map<string, Server>();
  readonly #complainedOf = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  static async start(options: HostServersOptions): Promise<HostServers> {
    const { world, streams } = options;
    const rewriteUrl = (request: IncomingMessage) => withoutWebUrlPath(world, request);
    const app = await createViewerApp({ world, streams, way: direct }, { rewriteUrl });
    return new HostServers(options, app);
  }

  private constructor(options: HostServersOptions, app: FastifyInstance) {
    this.#options = options;
    this.#app = app;
    options.world.hostChanged((instanceId) => this.#hostChanged(instanceId));
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref();
    this.#look();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const server of this.#servers.values()) {
      server.close();
      server.closeAllConnections();
    }
    this.#servers.clear();
    await this.#app.close();
  }

  #hostChanged(instanceId: string): void {
    const instance = this.#options.world.instances.get(instanceId);
    if (!instance) return;
    if (this.#isUp(instance)) this.#open(instance.privateIp);
    else this.#shut(instance.privateIp);
  }

  #look(): void {
    const up = new Set<string>();
    for (const instance of this.#options.world.instances.values()) {
      if (this.#isUp(instance)) up.add(instance.privateIp);
    }
    for (const address of up) this.#open(address);
    for (const address of this.#servers.keys()) if (!up.has(address)) this.#shut(address);
  }

  #isUp(instance: InstanceRecord): boolean {
    return hostNow(this.#options.world, instance).phase !== 'down';
  }

  #open(address: string): void {
    if (this.#servers.has(address)) return;
    const { certificate, port } = this.#options;
    const server = httpsServerOf(this.#app, certificate);
    this.#servers.set(address, server);
    server.on('error', (error) => {
      this.#servers.delete(address);
      this.#complain(address, error);
    });
    server.on('listening', () => this.#complainedOf.delete(address));
    server.listen({ host: address, port });
  }

  #shut(address: string): void {
    const server = this.#servers.get(address);
    this.#servers.delete(address);
    if (server) shut(server);
  }

  /** Once for each address: it is tried again and again, as its user may do something about it. */
  #complain(address: string, error: Error): void {
    if (this.#complainedOf.has(address)) return;
    this.#complainedOf.add(address);
    const { logger } = this.#options.world;
    const { port } = this.#options;
    logger.warn({ err: error, address, port }, 'a simulated host cannot be reached at its own address');
  }
}

/** A DCV server serves its client under its `web-url-path`. */
function withoutWebUrlPath(world: World, { url = '/', socket }: IncomingMessage): string {
  const instance = instanceByAddress(world, socket.localAddress ?? '');
  const path = instance && hostFacts(world, instance).desktop?.webUrlPath;
  const prefix = path?.replaceAll('{host}', instance?.privateIp ?? '').replace(/\/$/, '');
  return prefix && url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url;
}
