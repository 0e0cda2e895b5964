import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';

export interface HttpsAnswer {
  status: number;
  fingerprint: string;
  contentType: string | undefined;
  text(): Promise<string>;
  json(): Promise<unknown>;
  /** JSON lines as they come. */
  events(): AsyncIterator<Record<string, unknown>>;
}

/** Asks as a browser would whose user has accepted the certificate; a body is posted as JSON. */
export function askByHttps(url: string, body?: object): Promise<HttpsAnswer> {
  const options = {
    method: body ? 'POST' : 'GET',
    rejectUnauthorized: false,
    agent: false,
    headers: body ? { 'content-type': 'application/json' } : {},
  };
  return new Promise((resolve, reject) => {
    const asking = request(url, options, (response) => resolve(answerOf(response)));
    asking.on('error', reject);
    asking.end(body && JSON.stringify(body));
  });
}

function answerOf(response: IncomingMessage): HttpsAnswer {
  return {
    status: response.statusCode ?? 0,
    fingerprint: (response.socket as TLSSocket).getPeerCertificate().fingerprint256,
    contentType: response.headers['content-type'],
    text: () => text(response),
    json: async () => JSON.parse(await text(response)),
    events: () => eventsOf(response),
  };
}

async function* eventsOf(response: IncomingMessage): AsyncGenerator<Record<string, unknown>> {
  for await (const line of createInterface({ input: response })) if (line !== '') yield JSON.parse(line);
}
