import type { Static, TObject, TSchema } from 'typebox';
import Value from 'typebox/value';
import { nearestName } from '../nearest-name.ts';
import { ConfigError, type ConfigFault } from './config-error.ts';
import { convertValue, type SettingSchema } from './convert-value.ts';
import { allowedValues, describeFault } from './describe-fault.ts';
import { knownSettingNames } from './known-settings.ts';
import { type Environment, readSetting } from './read-setting.ts';
import './formats.ts';

export interface LoadConfigOptions<Config> {
  /** Name of the service, for the message. */
  service: string;
  /** Settings that other programs read from the same environment, besides those of Deskfleet's services. */
  knownNames?: readonly string[];
  /** Rules between settings; asked only when each setting by itself is right. */
  check?: (config: Config) => ConfigFault[];
}

export interface LoadedConfig<Config> {
  config: Readonly<Config>;
  /** Sentences for the log: names that look like settings but are none. */
  warnings: string[];
}

/**
 * Reads a service's settings from the environment. The properties of `schema` are variable names; each has a
 * `description` and `examples`, and may have `default`, `aliases` and `secret: true`.
 * @throws ConfigError with every fault at once.
 */
export function loadConfig<Schema extends TObject>(
  schema: Schema,
  env: Environment,
  options: LoadConfigOptions<Static<Schema>>,
): LoadedConfig<Static<Schema>> {
  const faults: ConfigFault[] = [];
  const values: Record<string, unknown> = {};
  const required = new Set((schema as { required?: string[] }).required ?? []);
  for (const [name, setting] of Object.entries(schema.properties)) {
    const outcome = loadSetting(name, setting, env, required.has(name));
    if ('fault' in outcome) faults.push(outcome.fault);
    else if (outcome.value !== undefined) values[name] = outcome.value;
  }
  if (faults.length > 0) throw new ConfigError(options.service, faults);
  const config = Object.freeze(values) as Static<Schema>;
  const broken = options.check?.(config) ?? [];
  if (broken.length > 0) throw new ConfigError(options.service, broken);
  return { config, warnings: unknownNames(schema, env, options.knownNames ?? []) };
}

type Outcome = { value: unknown } | { fault: ConfigFault };

function loadSetting(name: string, schema: TSchema, env: Environment, required: boolean): Outcome {
  const setting = schema as SettingSchema;
  const read = readSetting(env, [name, ...(setting.aliases ?? [])]);
  const fault = (problem: string): Outcome => ({ fault: { name, problem, ...exampleOf(setting) } });
  if (!read.found) {
    if ('problem' in read) return fault(read.problem);
    if (setting.default !== undefined) return { value: deepFreeze(structuredClone(setting.default)) };
    return required ? fault(describeMissing(setting)) : { value: undefined };
  }
  const value = convertValue(setting, read.text);
  const wrapped = { type: 'object', required: [name], properties: { [name]: schema } } as const;
  const errors = Value.Errors(wrapped as unknown as TSchema, { [name]: value });
  if (errors.length === 0) return { value: deepFreeze(value) };
  return fault(describeFault(setting, isSecret(name, setting) ? 'not shown' : `"${read.text}"`, errors));
}

function describeMissing({ description }: SettingSchema): string {
  return description === undefined ? 'is not set' : `is not set (${description.replace(/\.$/, '')})`;
}

function exampleOf(setting: SettingSchema): { example?: string } {
  const first: unknown = Array.isArray(setting.examples) ? setting.examples[0] : setting.examples;
  const example = first ?? setting.default ?? allowedValues(setting)?.[0];
  if (example === undefined) return {};
  return { example: typeof example === 'string' ? example : JSON.stringify(example) };
}

/** Connection URLs carry passwords. */
function isSecret(name: string, setting: SettingSchema): boolean {
  return setting.secret ?? /(_KEY|PASSWORD|SECRET|TOKEN|CREDENTIALS|DATABASE_URL|NATS_URL)$/.test(name);
}

function unknownNames(schema: TObject, env: Environment, more: readonly string[]): string[] {
  const known = new Set([...Object.keys(schema.properties), ...knownSettingNames, ...more]);
  return Object.keys(env)
    .filter(
      (name) => /^(DCV|DESKFLEET)_/.test(name) && !known.has(name) && !known.has(name.replace(/_FILE$/, '')),
    )
    .sort()
    .map((name) => {
      const meant = nearestName(name, known);
      return `${name} is no setting of Deskfleet and is ignored.${meant ? ` Did you mean ${meant}?` : ''}`;
    });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
