import { type CommandInvocation, paginateListCommandInvocations, type SSMClient } from '@aws-sdk/client-ssm';
import type { HostReading } from '../../domain/observations.ts';
import { readProbe } from '../../domain/read-probe.ts';
import { hostsPerCommand, type ProbeCommand } from './send-probe.ts';

export interface CommandAnswers {
  /** Of every host of the command; those that have not answered are `silent`. */
  readings: Map<string, HostReading>;
  /** From SSM having taken the command to each answer, by the hosts' own clocks, in milliseconds. */
  took: number[];
}

/** What the hosts of a command have answered so far. */
export async function readInvocations(client: SSMClient, command: ProbeCommand): Promise<CommandAnswers> {
  const { commandId, instanceIds, requestedAt } = command;
  const readings = new Map<string, HostReading>(instanceIds.map((id) => [id, { kind: 'silent' }]));
  const took: number[] = [];
  const input = { CommandId: commandId, Details: true };
  for await (const page of paginateListCommandInvocations({ client, pageSize: hostsPerCommand }, input)) {
    for (const invocation of page.CommandInvocations ?? []) {
      const { InstanceId = '', CommandPlugins } = invocation;
      readings.set(InstanceId, readingOf(invocation));
      const finishedAt = CommandPlugins?.[0]?.ResponseFinishDateTime?.getTime();
      if (finishedAt !== undefined) took.push(finishedAt - requestedAt.getTime());
    }
  }
  return { readings, took };
}

/** Details of a `Failed` invocation whose host was not reached at all (Systems Manager user guide, command statuses). */
const neverRan = new Set(['Undeliverable', 'Terminated']);

function readingOf({ Status, StatusDetails = '', CommandPlugins }: CommandInvocation): HostReading {
  // The first 2,500 characters of what the probe printed, which is far less.
  if (Status === 'Success') return readProbe(CommandPlugins?.[0]?.Output ?? '');
  if (Status === 'Failed' && !neverRan.has(StatusDetails)) return { kind: 'unreadable' };
  return { kind: 'silent' };
}
