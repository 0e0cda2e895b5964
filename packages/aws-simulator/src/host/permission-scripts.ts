import { type CommandResult, permissionFilePaths, runDcv } from './dcv-command.ts';
import type { ScriptedHost } from './scripted-host.ts';
import { readVariables } from './user-data.ts';

const marks = {
  permissions: /^# deskfleet-permissions 1\r?$/m,
  disconnect: /^# deskfleet-disconnect 1\r?$/m,
};

/**
 * What the scripts of services/session-manager/permissions do and print, which are not run word by word; null for any other
 * script. Held against the real ones by services/session-manager/test/simulated-permissions.test.ts.
 */
export function answerPermissionScript(host: ScriptedHost, script: string): CommandResult | null {
  if (marks.permissions.test(script)) return apply(host, readVariables(script));
  if (marks.disconnect.test(script)) return disconnect(host, readVariables(script));
  return null;
}

type Variables = Map<string, string>;

function apply(host: ScriptedHost, variables: Variables): CommandResult {
  const session = variables.get('DCV_SESSION_ID') ?? '';
  if (host.facts().desktop === null) {
    return { exitCode: 2, stdout: '', stderr: 'there is no folder of Deskfleet on this host\n' };
  }
  const file = { text: variables.get('PERMISSIONS') ?? '', number: Number(variables.get('NUMBER')) };
  const overtaken = host.replacePermissions(file);
  if (overtaken) return { exitCode: 75, stdout: '', stderr: `overtaken by ${overtaken.overtakenBy}\n` };
  const path = permissionFilePaths[host.facts().platform];
  const set = runDcv(host, ['set-permissions', '--session', session, '--file', path]);
  return set.exitCode === 0 ? listed(host, session) : { ...set, stdout: '' };
}

function disconnect(host: ScriptedHost, variables: Variables): CommandResult {
  const session = variables.get('DCV_SESSION_ID') ?? '';
  for (const id of (variables.get('CONNECTIONS') ?? '').split(' ')) {
    runDcv(host, ['close-connection', session, id]);
  }
  return listed(host, session);
}

function listed(host: ScriptedHost, session: string): CommandResult {
  const list = runDcv(host, ['list-connections', session, '--json']);
  // Of any length, and SSM keeps 24,000 characters.
  const stdout = list.stdout.replace(/("user-agent" *: *)"([^"\\]|\\.)*"/g, '$1""');
  return { ...list, stdout };
}
