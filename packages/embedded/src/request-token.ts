import { findRunning } from './data-folder.ts';
import { issuerUrl, LOCAL_USER_GRANT, TOKEN_CLIENT } from './identity-provider/provider-settings.ts';
import { embeddedUsers, findUser } from './identity-provider/users.ts';
import { readRunning } from './remembered.ts';
import { StartError } from './start-error.ts';

/**
 * A bearer token of a user for the system that runs on this data folder, valid for an hour.
 * @throws StartError when the user is unknown or no system runs there
 */
export async function requestToken(dataDir: string, username: string): Promise<string> {
  if (!findUser(username)) {
    const known = embeddedUsers.map((user) => user.username).join(', ');
    throw new StartError(`There is no user "${username}": the users are ${known}.`);
  }
  if (!(await findRunning(dataDir))) {
    throw new StartError(
      `No Deskfleet is running on ${dataDir}: start it with "npm start", or set DESKFLEET_DATA_DIR to the folder of the running one.`,
    );
  }
  const { ports, secrets } = await readRunning(dataDir);
  return askProvider(`${issuerUrl(ports.identityProvider)}/token`, username, secrets.identityClientSecret);
}

async function askProvider(url: string, username: string, clientSecret: string): Promise<string> {
  const form = {
    grant_type: LOCAL_USER_GRANT,
    client_id: TOKEN_CLIENT,
    client_secret: clientSecret,
    username,
  };
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) }).catch(() => {
    throw new StartError(
      `The identity provider does not answer at ${url}: Deskfleet is still starting, try again in a moment.`,
    );
  });
  const answer = (await response.json()) as { access_token?: unknown; error_description?: unknown };
  if (typeof answer.access_token === 'string') return answer.access_token;
  throw new StartError(
    `The identity provider refused a token for ${username}: ${String(answer.error_description)}.`,
  );
}
