import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandInvocation,
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { OperatingSystem } from '@deskfleet/contracts';
import { isSameAccount } from '@deskfleet/contracts';
import { monotonicMilliseconds } from '@deskfleet/runtime';
import type { Host, Hosts } from '../../application/ports.ts';
import type { HostAnswer } from '../../domain/session-status.ts';

/** One text for all hosts of a batch: each knows its session from the file that its bootstrap wrote. */
const describeSession: Record<OperatingSystem, { document: string; command: string }> = {
  linux: {
    document: 'AWS-RunShellScript',
    command:
      '. /etc/deskfleet/session.env && cat /proc/sys/kernel/random/boot_id && ' +
      'dcv describe-session "$DESKFLEET_DCV_SESSION_ID" --json',
  },
  windows: {
    document: 'AWS-RunPowerShellScript',
    command:
      "(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('o'); " +
      "& 'C:\\Program Files\\NICE\\DCV\\Server\\bin\\dcv.exe' describe-session console --json",
  },
};

/** SSM answers ListCommandInvocations in pages of 50, as many as SendCommand takes. */
const pageSize = 50;
const firstPollMilliseconds = 300;
/** Of the whole wait, at most. */
const firstPollShare = 0.1;
const longestPollMilliseconds = 2_000;
/** SendCommand's own smallest bound for hosts that never take the command up. */
const deliveryTimeoutSeconds = 30;

const unfinished = new Set(['Pending', 'InProgress', 'Delayed']);

export interface SsmHostsOptions {
  /** How long a batch is waited for; a host that is silent longer is asked again with the next one. */
  waitSeconds: number;
}

/** The desktops' hosts over SSM, in batches of up to 50 of one operating system. */
export function createSsmHosts(ssm: SSMClient, { waitSeconds }: SsmHostsOptions): Hosts {
  return {
    async probe(hosts) {
      const answers = new Map<string, HostAnswer>(
        hosts.map(({ instanceId }) => [instanceId, { ready: false, why: 'unreachable' }]),
      );
      const [first] = hosts;
      if (!first) return answers;
      const online = await onlineAmong(ssm, hosts);
      if (online.length === 0) return answers;
      const commandId = await send(ssm, first.os, online);
      const invocations = await results(ssm, { commandId, hosts: online.length, waitSeconds });
      const expected = new Map(online.map((host) => [host.instanceId, host]));
      for (const { InstanceId = '', Status, CommandPlugins } of invocations) {
        const output = Status === 'Success' ? CommandPlugins?.[0]?.Output : undefined;
        answers.set(InstanceId, readAnswer(output, expected.get(InstanceId)));
      }
      return answers;
    },
  };
}

/** SendCommand fails as a whole for an id whose agent is not registered, so the others are asked for first. */
async function onlineAmong(ssm: SSMClient, hosts: Host[]): Promise<Host[]> {
  const answer = await ssm.send(
    new DescribeInstanceInformationCommand({
      Filters: [{ Key: 'InstanceIds', Values: hosts.map(({ instanceId }) => instanceId) }],
      MaxResults: pageSize,
    }),
  );
  const online = new Set(
    (answer.InstanceInformationList ?? [])
      .filter(({ PingStatus }) => PingStatus === 'Online')
      .map(({ InstanceId }) => InstanceId),
  );
  return hosts.filter(({ instanceId }) => online.has(instanceId));
}

async function send(ssm: SSMClient, os: OperatingSystem, hosts: Host[]): Promise<string> {
  const { document, command } = describeSession[os];
  const answer = await ssm.send(
    new SendCommandCommand({
      DocumentName: document,
      InstanceIds: hosts.map(({ instanceId }) => instanceId),
      Parameters: { commands: [command] },
      TimeoutSeconds: deliveryTimeoutSeconds,
      Comment: 'Deskfleet: is the desktop ready?',
    }),
  );
  return answer.Command?.CommandId ?? '';
}

async function results(
  ssm: SSMClient,
  { commandId, hosts, waitSeconds }: { commandId: string; hosts: number; waitSeconds: number },
): Promise<CommandInvocation[]> {
  const giveUpAt = monotonicMilliseconds() + waitSeconds * 1000;
  let pause = Math.min(firstPollMilliseconds, waitSeconds * firstPollShare * 1000);
  for (;;) {
    await sleep(pause);
    const answer = await ssm.send(
      new ListCommandInvocationsCommand({ CommandId: commandId, Details: true, MaxResults: pageSize }),
    );
    const invocations = answer.CommandInvocations ?? [];
    const finished = invocations.filter(({ Status }) => !unfinished.has(Status ?? 'Pending'));
    if (finished.length >= hosts || monotonicMilliseconds() >= giveUpAt) return finished;
    pause = Math.min(pause * 1.5, longestPollMilliseconds);
  }
}

/** The host's boot in the first line, and then what `dcv describe-session --json` says of the session. */
function readAnswer(output: string | undefined, host: Host | undefined): HostAnswer {
  const notReady: HostAnswer = { ready: false, why: 'not-ready' };
  const start = output?.indexOf('{') ?? -1;
  if (!output || !host || start < 0) return notReady;
  try {
    const described: unknown = JSON.parse(output.slice(start));
    const isOurs =
      typeof described === 'object' &&
      described !== null &&
      'id' in described &&
      described.id === host.dcvSessionId &&
      'owner' in described &&
      typeof described.owner === 'string' &&
      isSameAccount(described.owner, host.owner);
    if (!isOurs) return notReady;
    const bootId = output.slice(0, start).trim() || null;
    return { ready: true, bootId, connections: connectionsOf(described) };
  } catch {
    // Not JSON: DCV said something else than what was asked for, so the desktop is not ready.
    return notReady;
  }
}

function connectionsOf(described: object): number | null {
  const count: unknown = 'num-of-connections' in described ? described['num-of-connections'] : null;
  return Number.isInteger(count) && Number(count) >= 0 ? Number(count) : null;
}
