import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

export interface AskedQuestion {
  remoteAddress: string | undefined;
  contentType: string | undefined;
  form: Record<string, string>;
}

/** An external authenticator: knows one token, and remembers who asked what from where. */
export interface Authenticator {
  url: string;
  asked: AskedQuestion[];
  close(): Promise<void>;
}

export async function startAuthenticator(goodToken: string, username: string): Promise<Authenticator> {
  const asked: AskedQuestion[] = [];
  const server = createServer(async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    const { remoteAddress } = request.socket;
    asked.push({ remoteAddress, contentType: request.headers['content-type'], form });
    const yes = form.authenticationToken === goodToken;
    response.writeHead(yes ? 200 : 401, { 'content-type': 'text/xml' });
    response.end(
      yes
        ? `<auth result="yes"><username>${username}</username></auth>`
        : '<auth result="no"><message>The link is no longer valid &amp; was refused.</message></auth>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the authenticator has no port');
  return {
    url: `http://127.0.0.1:${address.port}/authenticator`,
    asked,
    close: () =>
      new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  };
}
