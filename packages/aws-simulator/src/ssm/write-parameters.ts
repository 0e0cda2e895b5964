import { publicImageParameters } from '../catalogue/images.ts';
import { accountId } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import {
  type JsonCall,
  jsonFlag,
  jsonText,
  jsonTexts,
  requiredJsonText,
  toEpochSeconds,
} from '../http/json-input.ts';
import { sha256 } from '../state/identifiers.ts';
import type { ParameterRecord } from '../state/records.ts';
import type { World } from '../state/world.ts';

const standardTierLength = 4096;

function key(region: string, name: string): string {
  return `${region}|${name}`;
}

function findParameter(world: World, region: string, name: string): ParameterRecord | undefined {
  const imageId = publicImageParameters.get(name);
  if (imageId === undefined) return world.parameters.get(key(region, name));
  return {
    name,
    type: 'String',
    value: imageId,
    version: 1,
    keyId: null,
    description: null,
    dataType: 'aws:ec2:image',
    modifiedAt: 0,
  };
}

function parameterJson(parameter: ParameterRecord, region: string, decrypt: boolean): object {
  const { name, type, value, version, dataType, modifiedAt } = parameter;
  const hidden = type === 'SecureString' && !decrypt;
  const path = name.startsWith('/') ? name : `/${name}`;
  return {
    Name: name,
    Type: type,
    // Undecrypted, AWS shows the ciphertext; like that, this text says nothing about the value to those who read it.
    Value: hidden
      ? `AQICAH${Buffer.from(sha256(`${name}:${version}:${modifiedAt}`), 'hex').toString('base64')}`
      : value,
    Version: version,
    LastModifiedDate: toEpochSeconds(modifiedAt),
    ARN: `arn:aws:ssm:${region}:${accountId}:parameter${path}`,
    DataType: dataType,
  };
}

/** GetParameter; `WithDecryption` reveals a SecureString. */
export function getParameter({ world, input, region }: JsonCall): object {
  const parameter = findParameter(world, region, requiredJsonText(input, 'Name'));
  if (!parameter) throw new AwsError('ParameterNotFound', '');
  return { Parameter: parameterJson(parameter, region, jsonFlag(input, 'WithDecryption')) };
}

/** GetParameters: up to 10 names; those that do not exist are listed, not refused. */
export function getParameters({ world, input, region }: JsonCall): object {
  const names = jsonTexts(input, 'Names');
  if (names.length === 0 || names.length > 10) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'names' must have 1 to 10 members`,
    );
  }
  const decrypt = jsonFlag(input, 'WithDecryption');
  const found = names
    .map((name) => findParameter(world, region, name))
    .filter((parameter) => parameter !== undefined);
  const known = new Set(found.map((parameter) => parameter.name));
  return {
    Parameters: found.map((parameter) => parameterJson(parameter, region, decrypt)),
    InvalidParameters: names.filter((name) => !known.has(name)),
  };
}

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

/** PutParameter; an existing one is replaced only with `Overwrite`. */
export function putParameter({ world, input, region }: JsonCall): object {
  const name = requiredJsonText(input, 'Name');
  const value = requiredJsonText(input, 'Value');
  checkName(name);
  if (Buffer.byteLength(value) > standardTierLength) {
    throw new AwsError(
      'ValidationException',
      'Standard tier parameters support a maximum parameter value of 4096 characters.',
    );
  }
  const existing = world.parameters.get(key(region, name));
  if (existing && !jsonFlag(input, 'Overwrite')) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const type = readType(jsonText(input, 'Type'), existing);
  const version = (existing?.version ?? 0) + 1;
  world.parameters.put(key(region, name), {
    name,
    type,
    value,
    version,
    keyId: type === 'SecureString' ? (jsonText(input, 'KeyId') ?? 'alias/aws/ssm') : null,
    description: jsonText(input, 'Description') ?? null,
    dataType: jsonText(input, 'DataType') ?? 'text',
    modifiedAt: world.clock.now(),
  });
  return { Version: version, Tier: 'Standard' };
}

/** DeleteParameter. */
export function deleteParameter({ world, input, region }: JsonCall): object {
  const name = requiredJsonText(input, 'Name');
  if (!world.parameters.get(key(region, name))) throw new AwsError('ParameterNotFound', '');
  world.parameters.delete(key(region, name));
  return {};
}
