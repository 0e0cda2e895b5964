import { isIP } from 'node:net';
import { type ConfigFault, type Environment, type LoadedConfig, loadConfig } from '@deskfleet/runtime';
import {
  accessModeSetting,
  commonSettings,
  hostNamingSettings,
  portSetting,
  webUrlPathSetting,
} from '@deskfleet/service-base';
import Type, { type Static } from 'typebox';

const RatePerMinute = (byDefault: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 1_000_000, default: byDefault, description, examples: [byDefault] });

export const configSchema = Type.Object({
  ...commonSettings,
  PORT: portSetting(8083),
  SERVICE_CREDENTIAL_KEY: Type.String({
    format: 'key-256',
    description: 'Key by which services know each other; the same for all of them',
    examples: ['<output of: openssl rand -base64 32>'],
  }),
  DCV_TOKEN_SYMMETRIC_KEY: Type.Array(Type.String({ format: 'key-256' }), {
    minItems: 1,
    uniqueItems: true,
    aliases: ['SOCA_DCV_TOKEN_SYMMETRIC_KEY'],
    description: 'Keys of the tokens, comma-separated: the first encrypts, all decrypt',
    examples: ['<output of: openssl rand -base64 32>'],
  }),
  DCV_TOKEN_FIRST_USE_MINUTES: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1_440,
    default: 10,
    description: 'Minutes from the making of a token to its first use.',
  }),
  DCV_TOKEN_MAX_HOURS: Type.Number({
    exclusiveMinimum: 0,
    maximum: 168,
    default: 12,
    description: 'Hours for which a token that was used in time reconnects.',
  }),
  AUTHENTICATOR_RATE_PER_MINUTE: RatePerMinute(
    600,
    'Questions that one host may ask the authenticator in a minute; 0 turns the limit off.',
  ),
  RESOLVER_RATE_PER_MINUTE: RatePerMinute(
    6_000,
    'Questions that one DCV Connection Gateway may ask the resolver in a minute; 0 turns the limit off.',
  ),
  CONNECTION_LOG_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3_650,
    default: 90,
    description: 'Days for which the log of connections is kept, refused ones too.',
    examples: [30],
  }),
  ...hostNamingSettings,
  DCV_ACCESS_MODE: accessModeSetting,
  DCV_WEB_URL_PATH_TEMPLATE: webUrlPathSetting,
  TRUSTED_PROXIES: Type.Array(Type.String(), {
    default: [],
    description: 'Addresses and networks of proxies whose X-Forwarded-For is believed.',
    examples: ['10.0.0.0/16,fd00::/8'],
  }),
});

export type TokenServiceConfig = Readonly<Static<typeof configSchema>>;

/** @throws ConfigError with every fault at once; no key is shown in it. */
export function loadTokenServiceConfig(env: Environment): LoadedConfig<Static<typeof configSchema>> {
  return loadConfig(configSchema, env, { service: 'token-service', check: checkTrustedProxies });
}

function checkTrustedProxies(config: TokenServiceConfig): ConfigFault[] {
  const wrong = config.TRUSTED_PROXIES.filter((entry) => !isAddressOrNetwork(entry));
  if (wrong.length === 0) return [];
  const problem = `has ${wrong.map((entry) => `"${entry}"`).join(', ')}, which is neither an IP address nor a network`;
  return [{ name: 'TRUSTED_PROXIES', problem, example: '10.0.0.0/16,fd00::/8' }];
}

function isAddressOrNetwork(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}
