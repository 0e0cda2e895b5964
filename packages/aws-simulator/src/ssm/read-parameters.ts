import { publicImageParameters } from '../catalogue/images.ts';
import { accountId } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import {
  type JsonCall,
  type JsonInput,
  jsonFlag,
  jsonTexts,
  requiredJsonText,
  toEpochSeconds,
} from '../http/json-input.ts';
import { sha256 } from '../state/identifiers.ts';
import type { ParameterRecord } from '../state/records.ts';
import { parameterKey, type World } from '../state/world.ts';

function findParameter(world: World, region: string, name: string): ParameterRecord | undefined {
  const imageId = publicImageParameters.get(name);
  if (imageId === undefined) return world.parameters.get(parameterKey(region, name));
  return {
    name,
    type: 'String',
    value: imageId,
    version: 1,
    keyId: null,
    description: null,
    dataType: 'aws:ec2:image',
    tags: {},
    createdAt: 0,
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

/** The names that GetParameters and DeleteParameters are for: 1 to 10. */
export function parameterNames(input: JsonInput): string[] {
  const names = jsonTexts(input, 'Names');
  if (names.length > 0 && names.length <= 10) return names;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at 'names' must have 1 to 10 members`,
  );
}

/** GetParameters: up to 10 names; those that do not exist are listed, not refused. */
export function getParameters({ world, input, region }: JsonCall): object {
  const names = parameterNames(input);
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
