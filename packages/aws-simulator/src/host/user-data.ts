import { gunzipSync } from 'node:zlib';
import type { UserDataRecord } from '../state/records.ts';

/** What a host learns from its user data: whose desktop it is, and who checks tokens. */
export interface Desktop {
  sessionId: string;
  dcvSessionId: string;
  owner: string;
  tokenVerifier: string;
  webUrlPath: string;
  sessionType: 'console' | 'virtual';
  /** The SSM parameter with the password of the host's own account. */
  passwordParameter: string | null;
  /** The permission file of the first boot. */
  permissions: string;
}

const assignment = /^\s*\$?DESKFLEET_([A-Z0-9_]+)\s*=\s*'([A-Za-z0-9+/=]*)'/gm;
/** What DCV does without a file of ours. */
const defaultPermissions = '[permissions]\n%owner% allow builtin\n';
const maximumInflatedBytes = 1024 * 1024;

function inflate(bytes: Buffer): string | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: maximumInflatedBytes }).toString('utf8');
  } catch {
    return undefined;
  }
}

/** The variables of `DESKFLEET_NAME='base64'` lines, decoded; cloud-init and EC2Launch only run what they recognise. */
function readUserDataVariables(record: UserDataRecord, platform: 'linux' | 'windows'): Map<string, string> {
  const bytes = Buffer.from(record.base64, 'base64');
  const compressed = bytes[0] === 0x1f;
  const text = inflate(bytes);
  const runs =
    platform === 'windows' ? !compressed && text?.includes('<powershell>') : text?.startsWith('#!');
  return !runs || text === undefined ? new Map() : readVariables(text);
}

/** The variables that a script is given, by what follows `DESKFLEET_`. */
export function readVariables(script: string): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [, name, value] of script.matchAll(assignment)) {
    if (name !== undefined) variables.set(name, Buffer.from(value ?? '', 'base64').toString('utf8'));
  }
  return variables;
}

/** The desktop that user data describes; null when it names no session, owner or verifier: DCV then never answers. */
export function readDesktop(record: UserDataRecord, platform: 'linux' | 'windows'): Desktop | null {
  const variables = readUserDataVariables(record, platform);
  const sessionId = variables.get('SESSION_ID');
  const owner = variables.get('OWNER');
  const tokenVerifier = variables.get('AUTH_TOKEN_VERIFIER');
  if (!sessionId || !owner || !tokenVerifier) return null;
  return {
    sessionId,
    owner,
    tokenVerifier,
    // A Windows host has exactly one session, its console.
    dcvSessionId: variables.get('DCV_SESSION_ID') || (platform === 'windows' ? 'console' : sessionId),
    webUrlPath: variables.get('WEB_URL_PATH') || '/',
    sessionType: variables.get('SESSION_TYPE') === 'virtual' ? 'virtual' : 'console',
    passwordParameter: variables.get('PASSWORD_PARAMETER') || null,
    permissions: variables.get('PERMISSIONS') ?? defaultPermissions,
  };
}
