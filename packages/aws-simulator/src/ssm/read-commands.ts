import { AwsError } from '../http/aws-error.ts';
import { type JsonCall, jsonFlag, jsonPage, jsonText, requiredJsonText } from '../http/json-input.ts';
import type { CommandRecord } from '../state/records.ts';
import type { World } from '../state/world.ts';
import { readCommandFilters } from './command-filters.ts';
import { commandJson, invocationJson, invocationResultJson } from './command-json.ts';
import { settleCommand } from './commands.ts';

const pages = { smallest: 1, largest: 50 };

function findCommands(world: World, commandId: string | undefined): CommandRecord[] {
  // Newest first, as SSM lists them.
  if (commandId === undefined) return [...world.commands.values()].reverse();
  const command = world.commands.get(commandId);
  if (!command) throw new AwsError('InvalidCommandId', 'The specified command ID is not valid.');
  return [command];
}

function matchingCommands({ world, input }: JsonCall): CommandRecord[] {
  return findCommands(world, jsonText(input, 'CommandId')).filter(readCommandFilters(input));
}

/** ListCommands, optionally of one id, of one instance, of a time or of a document. */
export function listCommands(call: JsonCall): object {
  const instanceId = jsonText(call.input, 'InstanceId');
  const found = matchingCommands(call).filter(
    (command) =>
      instanceId === undefined ||
      command.invocations.some((invocation) => invocation.instanceId === instanceId),
  );
  const { items, ...next } = jsonPage(call.input, found, pages);
  for (const command of items) settleCommand(call.world, command);
  return { Commands: items.map((command) => commandJson(call.world, command)), ...next };
}

/** ListCommandInvocations: 1 to 50 a page, with output when `Details` is set. */
export function listCommandInvocations(call: JsonCall): object {
  const instanceId = jsonText(call.input, 'InstanceId');
  const found = matchingCommands(call).flatMap((command) =>
    command.invocations
      .map((invocation, index) => ({ command, index, instanceId: invocation.instanceId }))
      .filter((invocation) => instanceId === undefined || invocation.instanceId === instanceId),
  );
  const details = jsonFlag(call.input, 'Details');
  const { items, ...next } = jsonPage(call.input, found, pages);
  const invocations = items.flatMap(({ command, index }) => {
    settleCommand(call.world, command);
    const invocation = command.invocations[index];
    return invocation ? [invocationJson(call.world, command, invocation, details)] : [];
  });
  return { CommandInvocations: invocations, ...next };
}

/** GetCommandInvocation of one command on one instance. */
export function getCommandInvocation(call: JsonCall): object {
  requiredJsonText(call.input, 'CommandId');
  const instanceId = requiredJsonText(call.input, 'InstanceId');
  const [command] = matchingCommands(call);
  if (command) settleCommand(call.world, command);
  const invocation = command?.invocations.find((candidate) => candidate.instanceId === instanceId);
  if (!command || !invocation) {
    throw new AwsError(
      'InvocationDoesNotExist',
      'The command ID and managed node ID you specified did not match any invocations.',
    );
  }
  return invocationResultJson(call.world, command, invocation);
}
