import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandInvocation,
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { OperatingSystem } from '@deskfleet/contracts';
import { monotonicMilliseconds } from '@deskfleet/runtime';
import type { Host, Hosts } from '../../application/ports.ts';

/** One text for all hosts of a batch: each knows its session from the file that its bootstrap wrote. */
const describeSession: Record<OperatingSystem, { document: string; command: string }> = {
  linux: {
    document: 'AWS-RunShellScript',
    command: '. /etc/deskfleet/session.env && dcv describe-session "$DESKFLEET_DCV_SESSION_ID" --json',
  },
  windows: {
    document: 'AWS-RunPowerShellScript',
    command: "& 'C:\\Program Files\\NICE\\DCV\\Server\\bin\\dcv.exe' describe-session console --json",
  },
};

/** SSM answers ListCommandInvocations in pages of 50, as many as SendCommand takes. */
const pageSize = 50;
const firstPollMilliseconds = 300;
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
    async readyAmong(hosts) {
      const [first] = hosts;
      if (!first) return new Set();
      const online = await onlineAmong(ssm, hosts);
      if (online.length === 0) return new Set();
      const commandId = await send(ssm, first.os, online);
      const invocations = await results(ssm, { commandId, hosts: online.length, waitSeconds });
      const expected = new Map(online.map(({ instanceId, dcvSessionId }) => [instanceId, dcvSessionId]));
      return new Set(
        invocations.flatMap(({ InstanceId = '', Status, CommandPlugins }) =>
          Status === 'Success' && servesSession(CommandPlugins?.[0]?.Output, expected.get(InstanceId))
            ? InstanceId
            : [],
        ),
      );
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
  let pause = firstPollMilliseconds;
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

/** Whether `dcv describe-session --json` has described the session that belongs on this host. */
function servesSession(output: string | undefined, dcvSessionId: string | undefined): boolean {
  if (!output || !dcvSessionId) return false;
  try {
    const described: unknown = JSON.parse(output);
    return (
      typeof described === 'object' &&
      described !== null &&
      'id' in described &&
      described.id === dcvSessionId
    );
  } catch {
    // Not JSON: DCV said something else than what was asked for, so the desktop is not ready.
    return false;
  }
}
