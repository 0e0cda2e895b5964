import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { InspectedImage } from '@deskfleet/contracts';
import { verifyServiceCredential } from '@deskfleet/runtime';

export interface StandInSessionManager {
  url: string;
  /** Paths and bodies of the requests that came with a good credential. */
  requests: { path: string; body: unknown }[];
  /** The images there are, by AMI id or parameter; every other one is unknown. */
  images: Map<string, InspectedImage>;
  /** What the next requests are answered with, instead of the truth. */
  answerWith(answer: { status: number; body: unknown } | null): void;
  close(): Promise<void>;
}

/** Answers the gateway's internal requests as session-manager does, over real HTTP, and checks its credential. */
export async function startSessionManager(key: string): Promise<StandInSessionManager> {
  const requests: StandInSessionManager['requests'] = [];
  const images = new Map<string, InspectedImage>();
  let fixed: { status: number; body: unknown } | null = null;
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const body = JSON.parse(await text(request));
    const known = await isGateway(request, key);
    if (known) requests.push({ path, body });
    const answer = fixed ?? (known ? truth(path, body, images) : { status: 401, body: {} });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    images,
    answerWith: (next) => {
      fixed = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function truth(path: string, body: { image?: string }, images: Map<string, InspectedImage>) {
  if (path.endsWith('/windows-password')) {
    return { status: 200, body: { username: 'desktop', password: 'Secret-Passw0rd-of-20' } };
  }
  const image = images.get(body.image ?? '');
  return image ? { status: 200, body: image } : { status: 422, body: { code: 'unknown-image' } };
}

async function isGateway({ headers }: IncomingMessage, key: string): Promise<boolean> {
  const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
  return verifyServiceCredential({ key, token, from: ['api-gateway'], to: 'session-manager' }).then(
    () => true,
    () => false,
  );
}
