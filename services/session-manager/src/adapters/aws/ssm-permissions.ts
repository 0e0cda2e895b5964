import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetCommandInvocationCommand,
  type GetCommandInvocationCommandOutput,
  SendCommandCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { OperatingSystem } from '@deskfleet/contracts';
import { monotonicMilliseconds } from '@deskfleet/runtime';
import type {
  ConnectionsAnswer,
  HostConnection,
  PermissionFailure,
  PermissionHost,
  PermissionHosts,
} from '../../application/permission-ports.ts';
import { classifyAwsError } from './classify-aws-error.ts';

/** The scripts of services/session-manager/permissions. */
type Action = 'apply' | 'disconnect';

const systems: Record<OperatingSystem, { document: string; extension: string; variable: string }> = {
  linux: { document: 'AWS-RunShellScript', extension: 'sh', variable: 'DESKFLEET_NAME=' },
  windows: { document: 'AWS-RunPowerShellScript', extension: 'ps1', variable: '$DESKFLEET_NAME = ' },
};

/** Where the values go in a script. */
const valuesMarker = '# deskfleet:values\n';
/** SendCommand's own smallest bound for hosts that never take the command up. */
const deliveryTimeoutSeconds = 30;
/** Longer than the script's own bounds together, waiting for another one included. */
const executionTimeoutSeconds = 180;
/** The host has been told something newer. */
const overtakenCode = 75;

const firstPollMilliseconds = 300;
const longestPollMilliseconds = 2_000;
/** Of the whole wait, at most. */
const firstPollShare = 0.1;
const unfinished = new Set(['Pending', 'InProgress', 'Delayed']);

/**
 * Tells hosts over SSM who may use their desktops. A command for each host, as the text differs, and its whole output:
 * ListCommandInvocations would cut the list of those who are connected.
 */
export function createSsmPermissions(
  ssm: SSMClient,
  { waitSeconds }: { waitSeconds: number },
): PermissionHosts {
  const ask = async (host: PermissionHost, action: Action, values: Record<string, string>) => {
    try {
      const script = scriptOf(host.os, action, { DCV_SESSION_ID: host.dcvSessionId, ...values });
      const commandId = await send(ssm, host, script);
      return readResult(await result(ssm, { commandId, instanceId: host.instanceId, waitSeconds }));
    } catch (error) {
      return { failure: classifyAwsError(error) };
    }
  };
  return {
    apply: (host, { text, number }) => ask(host, 'apply', { NUMBER: String(number), PERMISSIONS: text }),
    disconnect: (host, connectionIds) => ask(host, 'disconnect', { CONNECTIONS: connectionIds.join(' ') }),
  };
}

const scripts = new Map<string, string>();

/** Values travel as base64 in assignments of their own: whatever a name contains, it is data and never part of a command. */
export function scriptOf(os: OperatingSystem, action: Action, values: Record<string, string>): string {
  const { extension, variable } = systems[os];
  const file = `${os}/${action}.${extension}`;
  const script = scripts.get(file) ?? `${read(`${os}/start.${extension}`)}${read(file)}`;
  scripts.set(file, script);
  const assignments = Object.entries(values).map(
    ([name, value]) =>
      `${variable.replace('NAME', name)}'${Buffer.from(value, 'utf8').toString('base64')}'\n`,
  );
  return script.replace(valuesMarker, () => assignments.join(''));
}

function read(file: string): string {
  return readFileSync(new URL(`../../../permissions/${file}`, import.meta.url), 'utf8');
}

async function send(ssm: SSMClient, { instanceId, os }: PermissionHost, script: string): Promise<string> {
  const answer = await ssm.send(
    new SendCommandCommand({
      DocumentName: systems[os].document,
      InstanceIds: [instanceId],
      Parameters: { commands: [script], executionTimeout: [String(executionTimeoutSeconds)] },
      TimeoutSeconds: deliveryTimeoutSeconds,
      Comment: 'Deskfleet: who may use the desktop',
    }),
  );
  return answer.Command?.CommandId ?? '';
}

interface Sent {
  commandId: string;
  instanceId: string;
  waitSeconds: number;
}

/** Null when the host has not answered in time. */
async function result(
  ssm: SSMClient,
  { commandId, instanceId, waitSeconds }: Sent,
): Promise<GetCommandInvocationCommandOutput | null> {
  const giveUpAt = monotonicMilliseconds() + waitSeconds * 1000;
  let pause = Math.min(firstPollMilliseconds, waitSeconds * firstPollShare * 1000);
  for (;;) {
    await sleep(pause);
    const invocation = await ssm
      .send(new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: instanceId }))
      .catch(unlessTooEarly);
    if (invocation && !unfinished.has(invocation.Status ?? 'Pending')) return invocation;
    if (monotonicMilliseconds() >= giveUpAt) return null;
    pause = Math.min(pause * 1.5, longestPollMilliseconds);
  }
}

/** SSM does not know of a command at once. */
function unlessTooEarly(error: unknown): null {
  if (error instanceof Error && error.name === 'InvocationDoesNotExist') return null;
  throw error;
}

function readResult(invocation: GetCommandInvocationCommandOutput | null): ConnectionsAnswer {
  if (!invocation) return failed('silent', 'the host has not answered in time');
  const { Status, ResponseCode, StandardOutputContent = '', StandardErrorContent = '' } = invocation;
  if (Status !== 'Success') {
    const code = ResponseCode === overtakenCode ? 'overtaken' : 'failed';
    return failed(code, `${Status}, exit code ${ResponseCode}: ${StandardErrorContent.slice(0, 500)}`);
  }
  const connections = readConnections(StandardOutputContent);
  return connections ? { connections } : failed('unreadable', StandardOutputContent.slice(0, 500));
}

function failed(code: Extract<PermissionFailure, { kind: 'host' }>['code'], message: string) {
  return { failure: { kind: 'host' as const, code, message } };
}

/** `dcv list-connections --json`; null for anything else, of which nothing may be concluded. */
function readConnections(output: string): HostConnection[] | null {
  try {
    const listed: unknown = JSON.parse(output);
    if (!Array.isArray(listed)) return null;
    const connections = listed.map(connectionOf);
    return connections.every((connection) => connection !== null) ? connections : null;
  } catch {
    return null;
  }
}

function connectionOf(listed: unknown): HostConnection | null {
  if (typeof listed !== 'object' || listed === null || !('id' in listed) || !('username' in listed))
    return null;
  const id = String(listed.id);
  // It becomes a word of a command line.
  const isId = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(id);
  return isId && typeof listed.username === 'string' ? { id, user: listed.username } : null;
}
