import type { JsonAction } from '../http/json-input.ts';
import { sendCommand } from './commands.ts';
import { describeInstanceInformation } from './instance-information.ts';
import { addTagsToResource, listTagsForResource } from './parameter-tags.ts';
import { getCommandInvocation, listCommandInvocations, listCommands } from './read-commands.ts';
import { getParameter, getParameters } from './read-parameters.ts';
import { deleteParameter, deleteParameters, putParameter } from './write-parameters.ts';

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
  ['DeleteParameters', deleteParameters],
  ['AddTagsToResource', addTagsToResource],
  ['ListTagsForResource', listTagsForResource],
]);
