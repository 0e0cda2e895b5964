import { embeddedUsers } from './identity-provider/users.ts';
import type { EmbeddedSystem } from './start-embedded.ts';

export const USAGE = `Starts Deskfleet on this machine: PostgreSQL, NATS, an AWS simulator, an identity provider and the services.

  npm start

PORT                port of the gateway (default 8080); all others are chosen and remembered
DESKFLEET_DATA_DIR  where everything is kept (default .deskfleet in the repository)
DESKFLEET_CACHE_DIR where a fetched nats-server is kept (default .cache in the repository)
NATS_URL            a running NATS server with JetStream to use instead of our own
DCV_ACCESS_MODE     how simulated desktops are reached: path (default), gateway or direct
DESKFLEET_AWS       simulator (default) or real, with AWS_REGION, credentials, SUBNET_IDS and SECURITY_GROUP_IDS

Every other setting of the services is handed on to them. Ctrl-C stops everything in order, twice at once.
`;

// Inserted by the database's migrations; GET /v1/software-stacks lists all.
const BASE_LINUX_STACK = '01990000-0000-7000-8000-000000000011';

/** What is printed when everything is ready: the address, the users, and three commands to try. */
export function welcome(urls: EmbeddedSystem['urls'], dataDir: string, isDefaultDataDir: boolean): string {
  const folder = isDefaultDataDir ? '' : `DESKFLEET_DATA_DIR=${quoted(dataDir)} `;
  const users = embeddedUsers.map(({ username, groups }) =>
    groups.length > 0 ? `${username} (administrator)` : username,
  );
  const simulator = urls.awsSimulator ? `\n  AWS simulator  ${urls.awsSimulator}/_sim/` : '';
  return `
  Deskfleet is ready at ${urls.gateway}

  Users          ${users.join(', ')}
  API reference  ${urls.gateway}/docs${simulator}
  NATS           ${urls.nats}
  Data           ${dataDir}

  Try in another terminal:

  1. a token
     TOKEN=$(${folder}npm run --silent token -- alice)
  2. launch a desktop
     curl -s -X POST ${urls.gateway}/v1/sessions -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
       -d '{"name": "my-desktop", "softwareStackId": "${BASE_LINUX_STACK}", "instanceType": "m7i.large"}'
  3. watch it come up
     curl -sN ${urls.gateway}/v1/events -H "Authorization: Bearer $TOKEN"

`;
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
