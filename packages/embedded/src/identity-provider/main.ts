import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createProvider } from './create-provider.ts';
import { handleLogin } from './login-page.ts';
import { ISSUER_HOST, readProviderSettings } from './provider-settings.ts';
import { loadSigningKeys } from './signing-keys.ts';

const settings = readProviderSettings(process.env);
await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
const provider = createProvider(settings, await loadSigningKeys(settings.dataDir));
const answer = provider.callback();
const ownHosts = new Set([`${ISSUER_HOST}:${settings.port}`, `localhost:${settings.port}`]);

const server = createServer(async (request, response) => {
  // A foreign page whose host name was made to resolve to this machine must not log anybody in.
  if (!ownHosts.has(request.headers.host ?? '')) {
    response.writeHead(403).end();
    return;
  }
  if (!(await handleLogin(provider, request, response))) answer(request, response);
});
server.listen(settings.port, ISSUER_HOST);

process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
