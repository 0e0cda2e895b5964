import { toEpochSeconds } from '../http/json-input.ts';
import type { CommandRecord, InvocationRecord } from '../state/records.ts';
import type { World } from '../state/world.ts';

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandPlugin.html and API_GetCommandInvocation.html
const pluginOutputLength = 2_500;
const standardOutputLength = 24_000;
const standardErrorLength = 8_000;

export interface InvocationStatus {
  status: 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut';
  details: string;
}

function invocationStatus(
  world: World,
  command: CommandRecord,
  invocation: InvocationRecord,
): InvocationStatus {
  const now = world.clock.now();
  if (invocation.result !== null) {
    return invocation.result.exitCode === 0
      ? { status: 'Success', details: 'Success' }
      : { status: 'Failed', details: 'Failed' };
  }
  if (now >= command.deliveryDeadlineAt) return { status: 'TimedOut', details: 'Delivery Timed Out' };
  return now < command.finishAt
    ? { status: 'InProgress', details: 'InProgress' }
    : { status: 'Pending', details: 'Pending' };
}

function commandStatus(statuses: InvocationStatus[]): InvocationStatus {
  const unfinished = statuses.find(({ status }) => status === 'Pending' || status === 'InProgress');
  if (unfinished) return { status: 'InProgress', details: 'InProgress' };
  return (
    statuses.find(({ status }) => status === 'Failed') ??
    statuses.find(({ status }) => status === 'TimedOut') ?? { status: 'Success', details: 'Success' }
  );
}

function count(statuses: InvocationStatus[], ...wanted: InvocationStatus['status'][]): number {
  return statuses.filter(({ status }) => wanted.includes(status)).length;
}

/** A `Command` of the SSM API. */
export function commandJson(world: World, command: CommandRecord): object {
  const statuses = command.invocations.map((invocation) => invocationStatus(world, command, invocation));
  const { status, details } = commandStatus(statuses);
  return {
    CommandId: command.commandId,
    DocumentName: command.documentName,
    DocumentVersion: '$DEFAULT',
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: command.invocations.map((invocation) => invocation.instanceId),
    Targets: [],
    RequestedDateTime: toEpochSeconds(command.requestedAt),
    ExpiresAfter: toEpochSeconds(command.deliveryDeadlineAt),
    Status: status,
    StatusDetails: details,
    TimeoutSeconds: command.timeoutSeconds,
    MaxConcurrency: '50',
    MaxErrors: '0',
    TargetCount: statuses.length,
    CompletedCount: count(statuses, 'Success', 'Failed', 'TimedOut'),
    ErrorCount: count(statuses, 'Failed'),
    DeliveryTimedOutCount: count(statuses, 'TimedOut'),
  };
}

function cut(text: string, length: number): string {
  const mark = '\n---Output truncated---';
  return text.length <= length ? text : text.slice(0, length - mark.length) + mark;
}

function pluginOutput({ result }: InvocationRecord): string {
  if (result === null) return '';
  const errors =
    result.exitCode === 0 ? '' : `${result.stderr}failed to run commands: exit status ${result.exitCode}`;
  const output = errors === '' ? result.stdout : `${result.stdout}\n----------ERROR-------\n${errors}`;
  return cut(output, pluginOutputLength);
}

function pluginName(command: CommandRecord): string {
  return command.documentName === 'AWS-RunPowerShellScript'
    ? 'aws:runPowerShellScript'
    : 'aws:runShellScript';
}

/** A `CommandInvocation`; its plugins come only with `Details`. */
export function invocationJson(
  world: World,
  command: CommandRecord,
  invocation: InvocationRecord,
  withDetails: boolean,
): object {
  const { status, details } = invocationStatus(world, command, invocation);
  const started = { ResponseStartDateTime: toEpochSeconds(command.requestedAt) };
  const finished = invocation.result
    ? { ResponseFinishDateTime: toEpochSeconds(invocation.result.finishedAt) }
    : {};
  const plugin = {
    Name: pluginName(command),
    Status: status,
    StatusDetails: details,
    ResponseCode: invocation.result?.exitCode ?? -1,
    ...started,
    ...finished,
    Output: pluginOutput(invocation),
  };
  return {
    CommandId: command.commandId,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: '$DEFAULT',
    RequestedDateTime: toEpochSeconds(command.requestedAt),
    Status: status,
    StatusDetails: details,
    CommandPlugins: withDetails ? [plugin] : [],
  };
}

/** The answer of GetCommandInvocation. */
export function invocationResultJson(
  world: World,
  command: CommandRecord,
  invocation: InvocationRecord,
): object {
  const { status, details } = invocationStatus(world, command, invocation);
  const { result } = invocation;
  return {
    CommandId: command.commandId,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: '$DEFAULT',
    PluginName: pluginName(command),
    ResponseCode: result?.exitCode ?? -1,
    ExecutionStartDateTime: new Date(command.requestedAt).toISOString(),
    ExecutionEndDateTime: result ? new Date(result.finishedAt).toISOString() : '',
    Status: status,
    StatusDetails: details,
    StandardOutputContent: cut(result?.stdout ?? '', standardOutputLength),
    StandardErrorContent: cut(result?.stderr ?? '', standardErrorLength),
  };
}
