import { dcvUserName, type HostNaming } from '@deskfleet/contracts';
import { type ConnectionFileOptions, connectionFile } from '../domain/connection-file.ts';
import { done, type Outcome } from '../domain/refusal.ts';
import { type ConnectionRequest, issueConnection, type OpenConnectionDeps } from './open-connection.ts';

export interface DownloadConnectionFileDeps extends OpenConnectionDeps {
  fileOptions: ConnectionFileOptions;
  hostNaming: Omit<HostNaming, 'os'>;
}

/** A file for DCV's native clients. */
export interface DownloadedFile {
  name: string;
  text: string;
}

/** Makes the file that opens a running desktop in a native client; whoever has it can connect, until its token ends. */
export async function downloadConnectionFile(
  deps: DownloadConnectionFileDeps,
  request: ConnectionRequest,
): Promise<Outcome<DownloadedFile>> {
  const outcome = await issueConnection(deps, request, { form: 'file' });
  if (!outcome.ok) return outcome;
  const { session, location, token } = outcome.value;
  const user = dcvUserName(request.principal.name, { ...deps.hostNaming, os: session.os });
  return done({
    name: `${session.name}.dcv`,
    text: connectionFile({ location, token, user }, deps.fileOptions),
  });
}
