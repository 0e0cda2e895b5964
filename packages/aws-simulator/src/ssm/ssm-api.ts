import type { JsonAction } from '../http/json-input.ts';
import { sendCommand } from './commands.ts';
import { describeInstanceInformation } from './instance-information.ts';
import { deleteParameter, getParameter, getParameters, putParameter } from './parameters.ts';
import { getCommandInvocation, listCommandInvocations, listCommands } from './read-commands.ts';

/** The SSM actions that the simulator knows (targets `AmazonSSM.NAME`). */
export const ssmActions: ReadonlyMap<string, JsonAction> = new Map<string, JsonAction>([
  ['SendCommand', sendCommand],
  ['ListCommands', listCommands],
  ['ListCommandInvocations', listCommandInvocations],
  ['GetCommandInvocation', getCommandInvocation],
  ['DescribeInstanceInformation', describeInstanceInformation],
  ['GetParameter', getParameter],
  ['GetParameters', getParameters],
  ['PutParameter', putParameter],
  ['DeleteParameter', deleteParameter],
]);
