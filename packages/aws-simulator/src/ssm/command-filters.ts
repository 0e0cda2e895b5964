import { AwsError } from '../http/aws-error.ts';
import { type JsonInput, jsonObjects, requiredJsonText } from '../http/json-input.ts';
import type { CommandRecord } from '../state/records.ts';

type CommandTest = (command: CommandRecord) => boolean;

function readInstant(text: string): number {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new AwsError('ValidationException', `${text} is no timestamp such as 2024-07-07T00:00:00Z.`);
}

function readFilter(filter: JsonInput): CommandTest {
  const key = requiredJsonText(filter, 'key');
  const value = requiredJsonText(filter, 'value');
  switch (key) {
    case 'InvokedAfter': {
      const from = readInstant(value);
      return (command) => command.requestedAt >= from;
    }
    case 'InvokedBefore': {
      const before = readInstant(value);
      return (command) => command.requestedAt < before;
    }
    case 'DocumentName':
      return (command) => command.documentName === value;
    default:
      throw new AwsError('InvalidFilterKey', `The simulator does not filter commands by ${key}.`);
  }
}

/** `Filters` of ListCommands and ListCommandInvocations: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandFilter.html */
export function readCommandFilters(input: JsonInput): CommandTest {
  const tests = jsonObjects(input, 'Filters').map(readFilter);
  return (command) => tests.every((test) => test(command));
}
