import { hostFacts } from '../host/host-facts.ts';
import { runScript } from '../host/run-script.ts';
import { scriptedHost } from '../host/scripted-host.ts';
import { AwsError } from '../http/aws-error.ts';
import {
  isRecord,
  type JsonCall,
  jsonNumber,
  jsonText,
  jsonTexts,
  requiredJsonText,
} from '../http/json-input.ts';
import { newUuid } from '../state/identifiers.ts';
import { hostAt, isAgentUp } from '../state/instance-power.ts';
import type { CommandRecord, InvocationRecord } from '../state/records.ts';
import { hostOf, type World } from '../state/world.ts';
import { commandJson } from './command-json.ts';
import { pingStatus } from './instance-information.ts';

const documents: Readonly<Record<string, 'linux' | 'windows'>> = {
  'AWS-RunShellScript': 'linux',
  'AWS-RunPowerShellScript': 'windows',
};

// SendCommand takes at most 50 ids (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html).
const maximumTargets = 50;
const defaultTimeoutSeconds = 3600;
// ListCommands keeps 30 days; nobody asks the simulator that late. A sweep over 10,000 desktops is 200 commands.
const keptCommands = 1_000;

function readInstanceIds({ world, input, region }: JsonCall): string[] {
  const ids = jsonTexts(input, 'InstanceIds');
  if (ids.length === 0) throw new AwsError('InvalidInstanceId', 'No instances were named.');
  if (ids.length > maximumTargets) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: Member must have length less than or equal to ${maximumTargets}`,
    );
  }
  const offline = ids.filter((id) => {
    const instance = world.instances.get(id);
    return instance?.region !== region || pingStatus(world, instance) !== 'Online';
  });
  if (offline.length === 0) return [...new Set(ids)];
  throw new AwsError(
    'InvalidInstanceId',
    `Instances [[${offline.join(', ')}]] not in a valid state for account 123456789012`,
  );
}

function readParameters({ input }: JsonCall): Record<string, string[]> {
  const parameters = isRecord(input.Parameters) ? input.Parameters : {};
  const texts = Object.keys(parameters).map((name) => [name, jsonTexts(parameters, name)] as const);
  const read = Object.fromEntries(texts);
  if (!read.commands?.length)
    throw new AwsError('InvalidParameters', 'The document requires the parameter commands.');
  return read;
}

/** SendCommand to up to 50 instances; one that is not online fails the whole call. */
export function sendCommand(call: JsonCall): object {
  const { world, input } = call;
  const documentName = requiredJsonText(input, 'DocumentName');
  const platform = documents[documentName];
  if (!platform) throw new AwsError('InvalidDocument', `Document with name ${documentName} does not exist.`);
  const instanceIds = readInstanceIds(call);
  const timeoutSeconds = jsonNumber(input, 'TimeoutSeconds') ?? defaultTimeoutSeconds;
  const now = world.clock.now();
  const command: CommandRecord = {
    commandId: newUuid(),
    documentName,
    parameters: readParameters(call),
    comment: jsonText(input, 'Comment') ?? '',
    requestedAt: now,
    finishAt: now + world.delays.commandSeconds * 1000,
    deliveryDeadlineAt: now + timeoutSeconds * 1000,
    timeoutSeconds,
    invocations: instanceIds.map((instanceId) => ({ instanceId, result: null })),
  };
  world.commands.put(command.commandId, command);
  forgetOldCommands(world);
  return { Command: commandJson(world, command) };
}

function forgetOldCommands(world: World): void {
  for (const { commandId } of world.commands.values()) {
    if (world.commands.size <= keptCommands) return;
    world.commands.delete(commandId);
  }
}

// Commands whose hosts have answered, or did not in time: nothing will change in them.
const finished = new WeakSet<CommandRecord>();

/**
 * Lets every host whose time has come answer, and keeps what it said. Called before a command is read. The answers are not
 * journaled: they are large, and after a restart of the simulator the hosts are asked again.
 */
export function settleCommand(world: World, command: CommandRecord): void {
  const now = world.clock.now();
  if (finished.has(command) || now < command.finishAt) return;
  command.invocations = command.invocations.map((invocation) => settle(world, command, invocation));
  const isComplete = command.invocations.every((invocation) => invocation.result !== null);
  if (isComplete || now >= command.deliveryDeadlineAt) finished.add(command);
}

/** Before hosts are changed or looked at: what was asked of them until now is answered by what they were, and done. */
export function settleCommands(world: World): void {
  for (const command of world.commands.values()) settleCommand(world, command);
}

function settle(world: World, command: CommandRecord, invocation: InvocationRecord): InvocationRecord {
  const instance = world.instances.get(invocation.instanceId);
  if (invocation.result !== null || !instance) return invocation;
  const facts = hostFacts(world, instance);
  // Nobody may have looked since before the deadline; a fast clock passes it in no time.
  const lastChance = Math.min(facts.now, command.deliveryDeadlineAt);
  const isReached = facts.agentOnline && isAgentUp(hostAt(instance.powers, lastChance));
  if (!isReached || hostOf(world, instance.instanceId).agent !== 'ok') return invocation;
  const fits = documents[command.documentName] === facts.platform;
  const result = fits
    ? runScript(scriptedHost(world, instance), command.parameters.commands ?? [])
    : { exitCode: 1, stdout: '', stderr: 'The platform of the instance does not support the document.\n' };
  return { ...invocation, result: { ...result, finishedAt: command.finishAt } };
}
