import { keepFetchedPasswords } from '../host/password.ts';
import { AwsError } from '../http/aws-error.ts';
import {
  type JsonCall,
  type JsonInput,
  jsonFlag,
  jsonObjects,
  jsonText,
  requiredJsonText,
} from '../http/json-input.ts';
import type { ParameterRecord } from '../state/records.ts';
import { parameterKey } from '../state/world.ts';
import { readParameterTags } from './parameter-tags.ts';
import { parameterNames } from './read-parameters.ts';

const standardTierLength = 4096;

function readType(text: string | undefined, existing: ParameterRecord | undefined): ParameterRecord['type'] {
  const type = text ?? existing?.type;
  if (type === 'String' || type === 'StringList' || type === 'SecureString') return type;
  throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
}

function checkName(name: string): void {
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  }
  if (!/^[A-Za-z0-9_./-]{1,1011}$/.test(name)) {
    throw new AwsError(
      'ValidationException',
      "Parameter name: can't contain characters other than a-zA-Z0-9_.-/",
    );
  }
}

function checkValue(value: string): void {
  if (Buffer.byteLength(value) <= standardTierLength) return;
  throw new AwsError(
    'ValidationException',
    'Standard tier parameters support a maximum parameter value of 4096 characters.',
  );
}

function checkOverwrite(input: JsonInput, existing: ParameterRecord | undefined): void {
  const overwrites = jsonFlag(input, 'Overwrite');
  if (overwrites && jsonObjects(input, 'Tags').length > 0) {
    throw new AwsError(
      'ValidationException',
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove " +
        'overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.',
    );
  }
  if (!existing || overwrites) return;
  throw new AwsError(
    'ParameterAlreadyExists',
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
  );
}

/** PutParameter; an existing one is replaced only with `Overwrite`. */
export function putParameter({ world, input, region }: JsonCall): object {
  const name = requiredJsonText(input, 'Name');
  const value = requiredJsonText(input, 'Value');
  checkName(name);
  checkValue(value);
  const existing = world.parameters.get(parameterKey(region, name));
  checkOverwrite(input, existing);
  const type = readType(jsonText(input, 'Type'), existing);
  const version = (existing?.version ?? 0) + 1;
  const now = world.clock.now();
  world.parameters.put(parameterKey(region, name), {
    name,
    type,
    value,
    version,
    keyId: type === 'SecureString' ? (jsonText(input, 'KeyId') ?? 'alias/aws/ssm') : null,
    description: jsonText(input, 'Description') ?? null,
    dataType: jsonText(input, 'DataType') ?? 'text',
    tags: existing?.tags ?? readParameterTags(input),
    createdAt: existing?.createdAt ?? now,
    modifiedAt: now,
  });
  return { Version: version, Tier: 'Standard' };
}

/** DeleteParameter. */
export function deleteParameter(call: JsonCall): object {
  const name = requiredJsonText(call.input, 'Name');
  if (deleteAll(call, [name]).length === 0) throw new AwsError('ParameterNotFound', '');
  return {};
}

/** DeleteParameters: up to 10 names; those that do not exist are listed, not refused. */
export function deleteParameters(call: JsonCall): object {
  const names = parameterNames(call.input);
  const deleted = deleteAll(call, names);
  return {
    DeletedParameters: deleted,
    InvalidParameters: names.filter((name) => !deleted.includes(name)),
  };
}

function deleteAll({ world, region }: JsonCall, names: readonly string[]): string[] {
  const existing = names.filter((name) => world.parameters.get(parameterKey(region, name)));
  keepFetchedPasswords(world, region, new Set(existing));
  for (const name of existing) world.parameters.delete(parameterKey(region, name));
  return existing;
}
