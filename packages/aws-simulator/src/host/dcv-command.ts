import { type HostFacts, hostClock } from './host-facts.ts';
import type { ScriptedHost } from './scripted-host.ts';
import type { Desktop } from './user-data.ts';

export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

const succeeded = (stdout: string): CommandResult => ({ exitCode: 0, stdout, stderr: '' });
const failed = (stderr: string, exitCode = 1): CommandResult => ({ exitCode, stdout: '', stderr });
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

// DCV writes microseconds (https://docs.aws.amazon.com/dcv/latest/adminguide/stop-idle-sessions.html).
export const toDcvTime = (facts: HostFacts, ms: number) =>
  new Date(hostClock(facts, ms)).toISOString().replace('Z', '000Z');

/** `dcv describe-session ID --json`; fields of https://docs.aws.amazon.com/dcv/latest/adminguide/managing-sessions-lifecycle-view.html */
function describeSession(facts: HostFacts, desktop: Desktop): unknown {
  const { connections, lastDisconnectedAt, phase, platform } = facts;
  const x11 =
    platform === 'linux' ? { 'x11-display': ':0', 'x11-authority': '/run/user/1000/dcv/session.xauth' } : {};
  return {
    id: desktop.dcvSessionId,
    owner: desktop.owner,
    name: desktop.dcvSessionId,
    'num-of-connections': connections.length,
    'creation-time': toDcvTime(facts, phase.dcvSince ?? facts.now),
    'last-disconnection-time': lastDisconnectedAt === null ? '' : toDcvTime(facts, lastDisconnectedAt),
    licenses: [
      {
        product: 'dcv',
        status: 'LICENSED',
        'check-timestamp': toDcvTime(facts, facts.now),
        'expiration-date': toDcvTime(facts, facts.now + 30 * 24 * 3600 * 1000),
      },
    ],
    'licensing-mode': 'EC2',
    'storage-root': '',
    type: desktop.sessionType,
    status: 'CREATED',
    ...x11,
    'display-layout': [{ width: 1920, height: 1080, x: 0, y: 0 }],
  };
}

function listConnections(facts: HostFacts): unknown {
  return facts.connections.map((connection) => ({
    id: connection.number,
    username: connection.username,
    'user-agent': connection.userAgent,
    'client-mode': 'display',
    'connection-time': toDcvTime(facts, connection.connectedAt),
    'last-interaction-time': toDcvTime(facts, connection.lastInteractionAt),
    'first-frame-time': toDcvTime(facts, connection.connectedAt),
    transport: 'websocket',
  }));
}

/** Where the bootstrap puts it (docs/host-bootstrap.md). */
export const permissionFilePaths = {
  linux: '/etc/deskfleet/dcv.permissions',
  windows: 'C:\\ProgramData\\Deskfleet\\dcv.permissions',
};

const isDown = (facts: HostFacts) => facts.dcvDown || facts.phase.phase !== 'dcv-ready';

/** Whether `dcv` tells of the session of this id, and not that there is none. */
export function dcvAnswersFor(facts: HostFacts, sessionId: string): boolean {
  return !isDown(facts) && facts.dcvReady && facts.desktop?.dcvSessionId === sessionId;
}

/** Runs the `dcv` program of a host with these arguments. */
export function runDcv(host: ScriptedHost, args: readonly string[]): CommandResult {
  const facts = host.facts();
  const [command, ...rest] = args;
  if (command === 'version' || command === '--version') return succeeded('Amazon DCV 2025.0 (r20103)\n');
  if (isDown(facts)) return failed('Could not connect to the DCV server: is it running?\n');
  const { desktop } = facts;
  if (command === 'list-sessions') {
    if (!facts.dcvReady || desktop === null) return succeeded('There are no sessions available.\n');
    const { dcvSessionId, owner, sessionType } = desktop;
    return succeeded(`Session: '${dcvSessionId}' (owner:${owner} type:${sessionType})\n`);
  }
  const [sessionId = '', connection] = rest.filter((argument) => !argument.startsWith('-'));
  if (desktop === null || !dcvAnswersFor(facts, sessionId)) {
    return failed(`No session with id '${sessionId}' found.\n`);
  }
  if (command === 'describe-session') return succeeded(json(describeSession(facts, desktop)));
  if (command === 'list-connections') return succeeded(json(listConnections(facts)));
  if (command === 'set-permissions') return setPermissions(facts, rest);
  if (command === 'close-connection') return closeConnection(host, connection);
  return failed(`Unknown command: ${command ?? ''}\n`);
}

/** There is one permission file on a host, and DCV has read it already. */
function setPermissions({ platform }: HostFacts, args: readonly string[]): CommandResult {
  const file = args[args.indexOf('--file') + 1] ?? '';
  if (args[0] !== '--session' || !args.includes('--file'))
    return failed('--session and --file are required\n');
  return file === permissionFilePaths[platform] ? succeeded('') : failed(`Could not read ${file}\n`);
}

function closeConnection(host: ScriptedHost, connection: string | undefined): CommandResult {
  const isClosed = host.closeConnection(Number(connection));
  return isClosed ? succeeded('') : failed(`No connection with id '${connection ?? ''}' found.\n`);
}
