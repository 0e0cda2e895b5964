import { paginateDescribeInstanceInformation, SendCommandCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { OperatingSystem } from '@deskfleet/contracts';
import { type Clock, monotonicMilliseconds } from '@deskfleet/runtime';

/** SendCommand takes 50 ids, and DescribeInstanceInformation and ListCommandInvocations have pages of 50. */
export const hostsPerCommand = 50;

/** SendCommand's own smallest bound for hosts that do not take the command up. */
const deliveryTimeoutSeconds = 30;
/** A probe that hangs ends before the next sweeps have added more of its kind. */
const executionTimeoutSeconds = 60;

const systems: Record<OperatingSystem, { document: string; platform: string }> = {
  linux: { document: 'AWS-RunShellScript', platform: 'Linux' },
  windows: { document: 'AWS-RunPowerShellScript', platform: 'Windows' },
};

/** Refusals of a whole SendCommand for the sake of one of its hosts. */
const refusalsForOne = new Set(['InvalidInstanceId', 'UnsupportedPlatformType']);

export interface ProbeBatch {
  os: OperatingSystem;
  wasSilent: boolean;
  instanceIds: string[];
}

/** A command on its way to hosts. */
export interface ProbeCommand {
  commandId: string;
  instanceIds: string[];
  /** Before any of the hosts looked. */
  askedAt: Date;
  /** By SSM's own clock. */
  requestedAt: Date;
  /** When SendCommand had answered, in monotonic milliseconds. */
  sentAt: number;
}

export interface SendProbeParts {
  ssm: SSMClient;
  /** The probe of each operating system. */
  scripts: Record<OperatingSystem, string>;
  clock: Pick<Clock, 'now'>;
}

/**
 * Sends the probe to all hosts of a batch that SSM can reach, as a rule in one command; `sent` is told of each command, also
 * when a later call throws. SendCommand fails as a whole for one host that SSM does not know or that is offline; then SSM is
 * asked which these are, and if it still refuses (a host that has just been terminated counts as online for some minutes),
 * the others are found by halving.
 */
export async function sendProbe(
  parts: SendProbeParts,
  { os, wasSilent, instanceIds }: ProbeBatch,
  sent: (command: ProbeCommand) => void,
): Promise<void> {
  const first = wasSilent ? await onlineAmong(parts.ssm, os, instanceIds) : instanceIds;
  const command = await trySend(parts, os, first);
  if (command) return sent(command);
  await sendInHalves(parts, { os, instanceIds: await onlineAmong(parts.ssm, os, first) }, sent);
}

async function sendInHalves(
  parts: SendProbeParts,
  { os, instanceIds }: Pick<ProbeBatch, 'os' | 'instanceIds'>,
  sent: (command: ProbeCommand) => void,
): Promise<void> {
  const command = await trySend(parts, os, instanceIds);
  if (command) return sent(command);
  if (instanceIds.length <= 1) return;
  const middle = Math.ceil(instanceIds.length / 2);
  await sendInHalves(parts, { os, instanceIds: instanceIds.slice(0, middle) }, sent);
  await sendInHalves(parts, { os, instanceIds: instanceIds.slice(middle) }, sent);
}

/** Null when SSM refuses because of single hosts, or when there are none. */
async function trySend(
  { ssm, scripts, clock }: SendProbeParts,
  os: OperatingSystem,
  instanceIds: string[],
): Promise<ProbeCommand | null> {
  if (instanceIds.length === 0) return null;
  const askedAt = clock.now().toJSDate();
  try {
    const { Command } = await ssm.send(
      new SendCommandCommand({
        DocumentName: systems[os].document,
        InstanceIds: instanceIds,
        Parameters: { commands: [scripts[os]], executionTimeout: [String(executionTimeoutSeconds)] },
        TimeoutSeconds: deliveryTimeoutSeconds,
        // By default one host whose probe fails keeps SSM from asking those that it has not reached yet.
        MaxErrors: String(hostsPerCommand),
        Comment: 'Deskfleet: is the desktop used?',
      }),
    );
    const { CommandId: commandId = '', RequestedDateTime: requestedAt = askedAt } = Command ?? {};
    return { commandId, instanceIds, askedAt, requestedAt, sentAt: monotonicMilliseconds() };
  } catch (error) {
    if (error instanceof Error && refusalsForOne.has(error.name)) return null;
    throw error;
  }
}

/** Those of at most 50 whose agent is connected, and which are of the system that we take them for. */
async function onlineAmong(client: SSMClient, os: OperatingSystem, instanceIds: string[]): Promise<string[]> {
  if (instanceIds.length === 0) return [];
  const online = new Set<string | undefined>();
  const input = { Filters: [{ Key: 'InstanceIds', Values: instanceIds }] };
  for await (const page of paginateDescribeInstanceInformation(
    { client, pageSize: hostsPerCommand },
    input,
  )) {
    for (const { InstanceId, PingStatus, PlatformType } of page.InstanceInformationList ?? []) {
      if (PingStatus === 'Online' && PlatformType === systems[os].platform) online.add(InstanceId);
    }
  }
  return instanceIds.filter((id) => online.has(id));
}
