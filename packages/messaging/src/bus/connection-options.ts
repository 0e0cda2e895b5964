import { readFileSync } from 'node:fs';
import { credsAuthenticator, type NodeConnectionOptions } from '@nats-io/transport-node';
import type { BusCredentials, BusOptions } from './bus-settings.ts';

/** What the NATS client is told: reconnect for ever, notice a dead server within half a minute. */
export function connectionOptions({ servers, name, credentials }: BusOptions): NodeConnectionOptions {
  const urls = (typeof servers === 'string' ? servers.split(',') : servers).map((each) => each.trim());
  return {
    servers: urls.map(withoutCredentials),
    name,
    ...authentication(credentials ?? credentialsOf(urls[0] ?? '')),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // A server that starts with its accounts not yet loaded refuses for a moment; giving up would be for ever.
    ignoreAuthErrorAbort: true,
    pingInterval: 10_000,
    maxPingOut: 2,
    timeout: 5_000,
    // Stack traces of requests cost a third of the publishing rate.
    noAsyncTraces: true,
  };
}

function authentication(credentials: BusCredentials | null): NodeConnectionOptions {
  if (credentials === null) return {};
  if ('user' in credentials) return { user: credentials.user, pass: credentials.password };
  if ('token' in credentials) return { token: credentials.token };
  return { authenticator: credsAuthenticator(readFileSync(credentials.credsFile)) };
}

function credentialsOf(server: string): BusCredentials | null {
  if (!server.includes('@')) return null;
  const url = new URL(server);
  const user = decodeURIComponent(url.username);
  return url.password === '' ? { token: user } : { user, password: decodeURIComponent(url.password) };
}

function withoutCredentials(server: string): string {
  return server.replace(/\/\/[^@/]*@/, '//');
}
