import { readFileSync } from 'node:fs';
import { dcvSessionIdOf } from '@deskfleet/contracts';
import type { LaunchSpec } from '../../application/session-store.ts';

const bootstrapFolder = new URL('../../../bootstrap/', import.meta.url);

export interface HostSettings {
  /** URL to which the DCV server posts connection tokens (dcv.conf, auth-token-verifier). */
  authenticatorUrl: string;
  /** Path under which a load balancer shows the desktop; `{host}` is left for the host to fill with its address. */
  webUrlPathTemplate: string;
}

/** Where the values go in a template. */
const valuesMarker = '# deskfleet:values';

/**
 * Renders the user data of a session's host, base64 as RunInstances takes it. Values travel as base64 in assignments of
 * their own: whatever a name contains, it is data and never part of a command.
 */
export function createUserDataRenderer(host: HostSettings): (spec: LaunchSpec) => string {
  const templates = {
    linux: readFileSync(new URL('linux.sh', bootstrapFolder), 'utf8'),
    windows: readFileSync(new URL('windows.ps1', bootstrapFolder), 'utf8'),
  };
  return (spec) => {
    const assign = spec.os === 'windows' ? (name: string) => `$${name} = ` : (name: string) => `${name}=`;
    const values = Object.entries(valuesOf(spec, host)).map(
      ([name, value]) => `${assign(`DESKFLEET_${name}`)}'${Buffer.from(value, 'utf8').toString('base64')}'`,
    );
    const script = templates[spec.os].replace(valuesMarker, () => values.join('\n'));
    return Buffer.from(script, 'utf8').toString('base64');
  };
}

function valuesOf(spec: LaunchSpec, host: HostSettings): Record<string, string> {
  return {
    SESSION_ID: spec.sessionId,
    DCV_SESSION_ID: dcvSessionIdOf(spec.sessionId, spec.os),
    OWNER: spec.owner,
    AUTH_TOKEN_VERIFIER: host.authenticatorUrl,
    WEB_URL_PATH: host.webUrlPathTemplate,
    SESSION_TYPE: sessionTypeOf(spec),
  };
}

/** Windows has the console only; Linux without a GPU of its own draws on a virtual display. */
function sessionTypeOf({ os, sessionType }: LaunchSpec): string {
  if (os === 'windows') return 'console';
  return sessionType === 'default' ? 'virtual' : sessionType;
}
