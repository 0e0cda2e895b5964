import { nearestName } from '../nearest-name.ts';
import type { FieldError } from './problem-error.ts';

/** An error of Ajv in verbose mode, as Fastify hands it on. */
export interface SchemaError {
  keyword: string;
  instancePath: string;
  schemaPath: string;
  params: Record<string, unknown>;
  message?: string;
  schema?: unknown;
  parentSchema?: {
    properties?: Record<string, unknown>;
    anyOf?: { const?: unknown }[];
    description?: string;
  };
}

/** Where in a request Fastify found the errors. */
export type RequestPart = 'body' | 'querystring' | 'params' | 'headers';

const partNames: Record<RequestPart, string> = {
  body: 'field',
  querystring: 'query parameter',
  params: 'path parameter',
  headers: 'header',
};

/** One sentence for every invalid field. A choice that none of its members fits is told once. */
export function describeInvalidFields(errors: readonly SchemaError[], part: RequestPart): FieldError[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const isMemberOfUnion = (error: SchemaError) =>
    unions.some((union) => error !== union && error.schemaPath.startsWith(`${union.schemaPath}/`));
  const told = new Map<string, FieldError>();
  for (const error of errors) {
    if (isMemberOfUnion(error) || error.keyword === 'if') continue;
    const field = describe(error, part);
    told.set(`${field.pointer} ${field.detail}`, field);
  }
  return [...told.values()];
}

function describe(error: SchemaError, part: RequestPart): FieldError {
  const { keyword, params, instancePath } = error;
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    return describeUnknown(error, part);
  }
  if (keyword === 'required') {
    const name = String(params.missingProperty);
    return { pointer: pointerTo(instancePath, name), detail: `The ${partNames[part]} '${name}' is missing.` };
  }
  const subject = instancePath === '' ? `The ${part}` : `The ${partNames[part]} '${nameOf(instancePath)}'`;
  return { pointer: instancePath, detail: `${subject} ${requirementOf(error)}.` };
}

function describeUnknown({ params, instancePath, parentSchema }: SchemaError, part: RequestPart): FieldError {
  const name = String(params.additionalProperty ?? params.unevaluatedProperty);
  const meant = nearestName(name, Object.keys(parentSchema?.properties ?? {}));
  const hint = meant ? ` Did you mean '${meant}'?` : '';
  return {
    pointer: pointerTo(instancePath, name),
    detail: `There is no ${partNames[part]} '${name}'.${hint}`,
  };
}

function requirementOf({ keyword, params, schema, parentSchema, message }: SchemaError): string {
  switch (keyword) {
    case 'type':
      return `must be ${[params.type]
        .flat()
        .map((type) => withArticle(String(type)))
        .join(' or ')}`;
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'const':
      return `must be ${String(params.allowedValue)}`;
    case 'anyOf':
    case 'oneOf':
      return describeUnion((schema ?? parentSchema?.anyOf) as UnionMember[], parentSchema?.description);
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} characters`;
    case 'maxLength':
      return `must have at most ${params.limit} characters`;
    case 'minimum':
      return `must be at least ${params.limit}`;
    case 'maximum':
      return `must be at most ${params.limit}`;
    case 'minItems':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} entries`;
    case 'maxItems':
      return `must have at most ${params.limit} entries`;
    case 'uniqueItems':
      return `must have each entry once; ${params.j} and ${params.i} are the same, counted from 0`;
    case 'minProperties':
      return `must have at least ${params.limit === 1 ? 'one field' : `${params.limit} fields`}`;
    case 'format':
      return `must be ${formatNames[String(params.format)] ?? `in the format ${params.format}`}`;
    case 'pattern':
      return rightForm(parentSchema?.description) ?? `must match ${params.pattern}`;
    default:
      return message ?? 'is not valid';
  }
}

const formatNames: Record<string, string> = {
  uuid: 'a UUID',
  'date-time': 'a time in RFC 3339, such as 2026-11-22T08:00:00Z',
  date: 'a date, such as 2026-11-22',
  uri: 'a URL',
  email: 'an e-mail address',
};

interface UnionMember {
  const?: unknown;
  type?: string;
}

function rightForm(description: string | undefined): string | null {
  return description ? `does not have the right form: ${description.replace(/\.$/, '')}` : null;
}

function describeUnion(members: UnionMember[] | undefined, description: string | undefined): string {
  const choices = (members ?? []).map((member) =>
    member.const !== undefined ? String(member.const) : withArticle(member.type ?? ''),
  );
  // What distinguishes objects is in them.
  const areTold = choices.length > 0 && choices.every((choice) => choice !== '' && choice !== 'an object');
  return areTold
    ? `must be one of ${choices.join(', ')}`
    : (rightForm(description) ?? 'does not have a form that is allowed here');
}

function withArticle(type: string): string {
  const names: Record<string, string> = {
    integer: 'a whole number',
    array: 'a list',
    object: 'an object',
    null: 'null',
    boolean: 'true or false',
    '': '',
  };
  return names[type] ?? `a ${type}`;
}

function pointerTo(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** `/schedule/days/0` → `schedule.days.0`, as people write it. */
function nameOf(instancePath: string): string {
  const parts = instancePath.slice(1).split('/');
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
}
