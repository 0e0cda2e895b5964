import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { type EmbeddedUser, embeddedUsers, findUser } from './users.ts';

const INTERACTION = /^\/interaction\/[\w-]+(?:\/(?<username>[\w-]+))?$/;

/**
 * Answers the log-in page, where one chooses a user: there are no passwords on one's own machine.
 * False when the request is for something else.
 */
export async function handleLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const match = INTERACTION.exec(new URL(request.url ?? '/', 'http://localhost').pathname);
  if (!match) return false;
  const user = findUser(match.groups?.username);
  try {
    if (request.method === 'POST' && user) {
      await provider.interactionFinished(request, response, { login: { accountId: user.username } });
    } else {
      const { uid } = await provider.interactionDetails(request, response);
      sendPage(response, 200, loginPage(uid));
    }
  } catch {
    sendPage(response, 400, '<p>This log-in has expired. Go back to the portal and log in again.</p>');
  }
  return true;
}

function loginPage(uid: string): string {
  const button = (user: EmbeddedUser) =>
    `<form method="post" action="/interaction/${uid}/${user.username}"><button>${user.username}</button> ${user.name}${user.groups.length > 0 ? ' (administrator)' : ''}</form>`;
  return `<h1>Deskfleet on this machine</h1><p>Log in as</p>${embeddedUsers.map(button).join('')}`;
}

function sendPage(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  response.end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>Log in to Deskfleet</title><style>body{font:1rem system-ui;max-width:30rem;margin:4rem auto}form{margin:.7rem 0}
button{font:inherit;min-width:6rem;padding:.5rem 1rem}</style><main>${body}</main></html>`);
}
