import {
  type DefaultScheduleReading,
  readDefaultSchedule,
  weekdays,
  workingWeek,
} from '@deskfleet/contracts';
import { type ConfigFault, type Environment, type LoadedConfig, loadConfig } from '@deskfleet/runtime';
import { commonSettings, hostNamingSettings, portSetting } from '@deskfleet/service-base';
import Type, { type Static } from 'typebox';
import { accessFaults, accessSettings } from './access-settings.ts';
import { readPriceFile } from './adapters/prices/read-price-file.ts';
import { type PriceList, pricesIn } from './domain/cost.ts';
import { windowsImagesIn } from './domain/deployed-images.ts';
import type { SchedulePolicy } from './domain/schedule-policy.ts';

const Url = (description: string, example: string) =>
  Type.String({ format: 'url', description, examples: [example] });

const windowsAmiExample =
  '{"graphics": {"us-east-1": "ami-0aaaaaaaaaaaaaaaa"}, "non-graphics": {"us-east-1": "ami-0bbbbbbbbbbbbbbbb"}}';
const defaultScheduleExample = JSON.stringify(
  Object.fromEntries(
    weekdays.map((day, index) => [day, index < 5 ? { start: 480, stop: 1140 } : { start: 0, stop: 0 }]),
  ),
);
const ImagesByRegion = Type.Record(Type.String(), Type.String({ pattern: '^ami-[0-9a-f]{8,17}$' }));

/** Every setting of the gateway; docs/configuration.md is made of it. */
export const configSchema = Type.Object({
  PORT: portSetting(8080),
  ...commonSettings,
  SERVICE_CREDENTIAL_KEY: Type.String({
    format: 'key-256',
    description: 'Key by which services know each other: 32 bytes in base64.',
    examples: ['(openssl rand -base64 32)'],
  }),
  OIDC_ISSUER: Url(
    'Issuer of the bearer tokens, exactly as the provider writes it.',
    'https://id.example.com',
  ),
  OIDC_AUDIENCE: Type.String({
    minLength: 1,
    description: 'Audience that a bearer token must be made for.',
    examples: ['deskfleet'],
  }),
  OIDC_USERNAME_CLAIM: Type.String({
    default: 'preferred_username',
    description: 'Claim with the user name; without it `sub` counts.',
  }),
  OIDC_ADMIN_CLAIM: Type.String({ default: 'groups', description: 'Claim that makes administrators.' }),
  OIDC_ADMIN_VALUE: Type.String({
    default: 'deskfleet-admins',
    description: 'Value of that claim, or one in its list, that administrators have.',
  }),
  TOKEN_SERVICE_URL: Url('Where token-service answers the other services.', 'http://token-service:8083'),
  SESSION_MANAGER_URL: Url(
    'Where session-manager answers the other services.',
    'http://session-manager:8082',
  ),
  ...accessSettings,
  ...hostNamingSettings,
  DCV_LINUX_SESSION_COUNT: quota('Linux'),
  DCV_WINDOWS_SESSION_COUNT: quota('Windows'),
  DCV_LINUX_ALLOW_INSTANCE_CHANGE: instanceChange('Linux'),
  DCV_WINDOWS_ALLOW_INSTANCE_CHANGE: instanceChange('Windows'),
  DCV_BLACKLIST_INSTANCE_TYPE: Type.Array(Type.String({ pattern: '^[a-z0-9.-]+$' }), {
    default: ['metal', 'nano', 'micro', 'p3', 'p2'],
    description:
      'Instance types that are not offered: each a prefix of the family or of the size; `[]` hides none.',
    examples: ['metal,nano,micro,p3,p2'],
  }),
  DCV_FORCE_INSTANCE_HIBERNATE_SUPPORT: Type.Boolean({
    default: false,
    description: 'Only offer instance types on which desktops can hibernate.',
    examples: ['True'],
  }),
  DCV_WINDOWS_AMI: Type.Optional(
    Type.Object(
      { graphics: Type.Optional(ImagesByRegion), 'non-graphics': Type.Optional(ImagesByRegion) },
      {
        additionalProperties: false,
        description:
          'AMIs of the base software stack Windows Server 2022 by region, as JSON; instance types with a GPU get the graphics one.',
        examples: [windowsAmiExample],
      },
    ),
  ),
  TIMEZONE: Type.String({
    format: 'time-zone',
    default: 'UTC',
    description: 'Time zone (IANA) of the schedules of users who have not said theirs.',
    examples: ['Europe/Paris'],
  }),
  DCV_DEFAULT_SCHEDULE: Type.Optional(
    Type.String({
      description:
        'Schedule of new desktops, as JSON: `{"week": {…}}` as the API has it, or minutes since midnight for each day (0 to 0 off all day, 1440 to 1440 runs all day); without it Monday to Friday, 08:00 to 19:00.',
      examples: [defaultScheduleExample],
    }),
  ),
  DCV_ALLOW_DEFAULT_SCHEDULE_UPDATE: Type.Boolean({
    default: true,
    description: 'Whether users may give desktops other schedules than that; administrators always may.',
    examples: ['False'],
  }),
  AWS_REGION: Type.Optional(
    Type.String({
      pattern: '^[a-z]{2,}(-[a-z]+)+-[0-9]+$',
      description: 'AWS region of the desktops; DCV_WINDOWS_AMI and PRICES_FILE need it.',
      examples: ['eu-central-1'],
    }),
  ),
  PRICES_FILE: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'JSON file with what an hour of each instance type costs (docs/prices.md); without it no costs and savings are shown.',
      examples: ['/etc/deskfleet/prices.json'],
    }),
  ),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 0,
    default: 600,
    description: 'Requests that one user may make in a minute; 0 turns the limit off.',
    examples: [600],
  }),
  TRUSTED_PROXIES: Type.Array(Type.String({ pattern: '^[0-9a-fA-F.:]+(/\\d{1,3})?$' }), {
    default: [],
    description: 'Addresses or networks of proxies whose X-Forwarded-For is believed.',
    examples: ['10.0.0.0/8,192.168.1.7'],
  }),
});
export type GatewayConfig = Readonly<Static<typeof configSchema>>;

/** @throws ConfigError with every fault at once. */
export function loadGatewayConfig(env: Environment): LoadedConfig<GatewayConfig> {
  return loadConfig(configSchema, env, { service: 'api-gateway', check: checkTogether });
}

function checkTogether(config: GatewayConfig): ConfigFault[] {
  const faults: ConfigFault[] = accessFaults(config);
  if (config.DCV_WINDOWS_AMI !== undefined && config.AWS_REGION === undefined) {
    const problem = 'is not set, but DCV_WINDOWS_AMI needs it to know whose images to take';
    faults.push({ name: 'AWS_REGION', problem, example: 'eu-central-1' });
  }
  faults.push(...priceFaults(config));
  const reading = defaultScheduleIn(config);
  if (!reading.ok) {
    const { problem } = reading;
    faults.push({ name: 'DCV_DEFAULT_SCHEDULE', problem, example: defaultScheduleExample });
  }
  return faults;
}

function priceFaults({ PRICES_FILE: path, AWS_REGION: region }: GatewayConfig): ConfigFault[] {
  if (path === undefined) return [];
  const faults: ConfigFault[] = [];
  if (region === undefined) {
    const problem = 'is not set, but PRICES_FILE needs it to know whose prices to take';
    faults.push({ name: 'AWS_REGION', problem, example: 'eu-central-1' });
  }
  const reading = readPriceFile(path);
  const problems = reading.ok ? [] : reading.problems;
  return [...faults, ...problems.map((problem) => ({ name: 'PRICES_FILE', problem }))];
}

/** The prices for this deployment, and warnings for the log. @throws Error with a file that is not right any more */
export function pricesOf({ PRICES_FILE: path, AWS_REGION: region }: GatewayConfig): {
  prices: PriceList | null;
  warnings: string[];
} {
  if (path === undefined || region === undefined) return { prices: null, warnings: [] };
  const reading = readPriceFile(path);
  if (!reading.ok) throw new Error(`PRICES_FILE ${reading.problems.join('; ')}.`);
  return pricesIn(region, reading.prices);
}

/** What the settings say of schedules. @throws Error with settings that `loadGatewayConfig` would refuse */
export function schedulePolicyOf(config: GatewayConfig): SchedulePolicy {
  const reading = defaultScheduleIn(config);
  if (!reading.ok) throw new Error(`DCV_DEFAULT_SCHEDULE ${reading.problem}.`);
  const { TIMEZONE: timezone, DCV_ALLOW_DEFAULT_SCHEDULE_UPDATE: usersMayChange } = config;
  return { standard: reading.schedule, timezone, usersMayChange };
}

function defaultScheduleIn({ DCV_DEFAULT_SCHEDULE: text }: GatewayConfig): DefaultScheduleReading {
  return text === undefined ? { ok: true, schedule: workingWeek } : readDefaultSchedule(text);
}

/** What DCV_WINDOWS_AMI says for this deployment, and warnings for the log. */
export function windowsImagesOf({ DCV_WINDOWS_AMI: setting, AWS_REGION: region }: GatewayConfig) {
  if (setting === undefined || region === undefined) {
    return { images: { image: null, graphicsImage: null }, warnings: [] };
  }
  return windowsImagesIn(region, setting);
}

function instanceChange(system: string) {
  return Type.Boolean({
    default: true,
    description: `Whether ${system} desktops may be resized; False holds for administrators too.`,
  });
}

function quota(system: string) {
  return Type.Integer({
    minimum: 0,
    default: 4,
    description: `${system} desktops that one user may have; stopped ones count.`,
    examples: [4],
  });
}
