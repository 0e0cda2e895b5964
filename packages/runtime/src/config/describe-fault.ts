import type { TLocalizedValidationError } from 'typebox/error';
import type { SettingSchema } from './convert-value.ts';
import { settingFormats } from './formats.ts';

const typeNames: Record<string, string> = {
  number: 'is not a number',
  integer: 'is not a whole number',
  boolean: 'is neither True nor False',
  array: 'is not a comma-separated list',
  object: 'is not a JSON object',
};

/** What is wrong with a value, to be read after the setting's name. A secret's value is not shown. */
export function describeFault(
  schema: SettingSchema,
  shown: string,
  errors: readonly TLocalizedValidationError[],
): string {
  const allowed = allowedValues(schema);
  if (allowed) return `is ${shown}, which is not one of ${allowed.join(', ')}`;
  return `is ${shown}, which ${[...new Set(errors.map(describeError))].join(' and ')}`;
}

/** The values that a choice offers; null when the schema is no choice. */
export function allowedValues(schema: SettingSchema): string[] | null {
  if (schema.enum) return schema.enum.map(String);
  if (!schema.anyOf?.every((member) => member.const !== undefined)) return null;
  return schema.anyOf.map((member) => String(member.const));
}

function describeError(error: TLocalizedValidationError): string {
  const inside = error.instancePath.split('/').slice(2).join('.');
  const prefix = inside === '' ? '' : `has at ${inside} a value that `;
  switch (error.keyword) {
    case 'type':
      return prefix + (typeNames[String(error.params.type)] ?? error.message);
    case 'format':
      return prefix + (settingFormats[error.params.format]?.problem ?? error.message);
    case 'minimum':
      return `${prefix}is less than ${error.params.limit}`;
    case 'maximum':
      return `${prefix}is more than ${error.params.limit}`;
    case 'exclusiveMinimum':
      return `${prefix}is not more than ${error.params.limit}`;
    case 'exclusiveMaximum':
      return `${prefix}is not less than ${error.params.limit}`;
    case 'pattern':
      return `${prefix}does not have the right form (${error.params.pattern})`;
    default:
      return prefix + error.message;
  }
}
