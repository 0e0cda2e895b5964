import { readDataDir } from './embedded-settings.ts';
import { embeddedUsers } from './identity-provider/users.ts';
import { requestToken } from './request-token.ts';
import { StartError } from './start-error.ts';

const USAGE = `Prints a bearer token for the running system, valid for one hour.

  npm run --silent token -- USER

USER is one of ${embeddedUsers.map((user) => user.username).join(', ')}.
DESKFLEET_DATA_DIR  data folder of the running system (default: .deskfleet in the repository)

Example: curl -H "Authorization: Bearer $(npm run --silent token -- alice)" http://localhost:8080/v1/sessions
`;

const [username, ...others] = process.argv.slice(2);
if (username === '--help' || username === '-h') {
  process.stdout.write(USAGE);
} else if (!username || others.length > 0) {
  process.stderr.write(`Name one user.\n\n${USAGE}`);
  process.exitCode = 1;
} else {
  await printToken(username);
}

async function printToken(user: string): Promise<void> {
  try {
    process.stdout.write(`${await requestToken(readDataDir(process.env), user)}\n`);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
