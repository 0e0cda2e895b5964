import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { verifyServiceCredential } from '@deskfleet/runtime';

export interface StandInTokenService {
  url: string;
  /** Bodies of the requests that came with a good credential. */
  requests: unknown[];
  /** What the next requests are answered with, instead of a token. */
  answerWith(status: number | null): void;
  close(): Promise<void>;
}

/** Answers `POST /internal/v1/tokens` as token-service does, over real HTTP, and checks the caller's credential. */
export async function startTokenService(key: string): Promise<StandInTokenService> {
  const requests: unknown[] = [];
  let status: number | null = null;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const answer = status ?? ((await isGateway(request, key)) ? 201 : 401);
    if (answer === 201) requests.push(JSON.parse(body));
    response.writeHead(answer, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer === 201 ? issued(JSON.parse(body).sessionId) : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answerWith: (next) => {
      status = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function isGateway({ headers }: IncomingMessage, key: string): Promise<boolean> {
  const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
  return verifyServiceCredential({ key, token, from: ['api-gateway'], to: 'token-service' }).then(
    () => true,
    () => false,
  );
}

function issued(dcvSessionId: string) {
  return {
    token: 'eyJ.secret.token',
    tokenId: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b99',
    dcvSessionId,
    firstUseBy: '2026-11-22T09:00:00Z',
    expiresAt: '2026-11-22T20:00:00Z',
  };
}
