import { AwsError } from '../http/aws-error.ts';
import { type JsonCall, jsonFlag, jsonPage, jsonText, requiredJsonText } from '../http/json-input.ts';
import type { CommandRecord } from '../state/records.ts';
import type { World } from '../state/world.ts';
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

function settled({ world, input }: JsonCall): CommandRecord[] {
  const commands = findCommands(world, jsonText(input, 'CommandId'));
  for (const command of commands) settleCommand(world, command);
  return commands;
}

/** ListCommands, optionally of one id or one instance. */
export function listCommands(call: JsonCall): object {
  const instanceId = jsonText(call.input, 'InstanceId');
  const found = settled(call).filter(
    (command) =>
      instanceId === undefined ||
      command.invocations.some((invocation) => invocation.instanceId === instanceId),
  );
  const { items, ...next } = jsonPage(call.input, found, pages);
  return { Commands: items.map((command) => commandJson(call.world, command)), ...next };
}

/** ListCommandInvocations: 1 to 50 a page, with output when `Details` is set. */
export function listCommandInvocations(call: JsonCall): object {
  const instanceId = jsonText(call.input, 'InstanceId');
  const found = settled(call).flatMap((command) =>
    command.invocations
      .filter((invocation) => instanceId === undefined || invocation.instanceId === instanceId)
      .map((invocation) => ({ command, invocation })),
  );
  const details = jsonFlag(call.input, 'Details');
  const { items, ...next } = jsonPage(call.input, found, pages);
  return {
    CommandInvocations: items.map(({ command, invocation }) =>
      invocationJson(call.world, command, invocation, details),
    ),
    ...next,
  };
}

/** GetCommandInvocation of one command on one instance. */
export function getCommandInvocation(call: JsonCall): object {
  requiredJsonText(call.input, 'CommandId');
  const instanceId = requiredJsonText(call.input, 'InstanceId');
  const [command] = settled(call);
  const invocation = command?.invocations.find((candidate) => candidate.instanceId === instanceId);
  if (!command || !invocation) {
    throw new AwsError(
      'InvocationDoesNotExist',
      'The command ID and managed node ID you specified did not match any invocations.',
    );
  }
  return invocationResultJson(call.world, command, invocation);
}
