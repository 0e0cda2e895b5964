/** What the conversion needs to know of a setting's JSON Schema. */
export interface SettingSchema {
  type?: string;
  items?: SettingSchema;
  anyOf?: SettingSchema[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown;
  description?: string;
  /** Other names under which the setting is also read. */
  aliases?: string[];
  /** The value must not be shown. */
  secret?: boolean;
}

const truths = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

/**
 * Turns the text of an environment variable into the type that its schema asks for. Text that cannot be turned is
 * returned as it is, for the schema's check to refuse.
 */
export function convertValue(schema: SettingSchema, text: string): unknown {
  switch (schema.type) {
    case 'number':
    case 'integer':
      return convertNumber(text);
    case 'boolean':
      return truths.get(text.trim().toLowerCase()) ?? text;
    case 'array':
      return convertList(schema.items ?? {}, text);
    case 'object':
      return parseJson(text);
    default:
      return schema.anyOf ? convertUnion(schema.anyOf, text) : text;
  }
}

/** Decimal notation only: `Number` would also take hexadecimal, `Infinity` and the empty text. */
function convertNumber(text: string): unknown {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : text;
}

function convertList(items: SettingSchema, text: string): unknown {
  if (text.trimStart().startsWith('[')) return parseJson(text);
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map((part) => convertValue(items, part));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The first member that turns the text into something other than text decides. */
function convertUnion(members: SettingSchema[], text: string): unknown {
  for (const member of members) {
    if (member.const !== undefined || member.type === 'null') continue;
    const converted = convertValue(member, text);
    if (typeof converted !== 'string') return converted;
  }
  return text;
}
