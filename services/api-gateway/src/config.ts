import { type ConfigFault, type Environment, type LoadedConfig, loadConfig } from '@deskfleet/runtime';
import { commonSettings, portSetting } from '@deskfleet/service-base';
import Type, { type Static } from 'typebox';
import { windowsImagesIn } from './domain/deployed-images.ts';

const Url = (description: string, example: string) =>
  Type.String({ format: 'url', description, examples: [example] });

const windowsAmiExample =
  '{"graphics": {"us-east-1": "ami-0aaaaaaaaaaaaaaaa"}, "non-graphics": {"us-east-1": "ami-0bbbbbbbbbbbbbbbb"}}';
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
  DCV_ACCESS_MODE: Type.Enum(['direct', 'path'], {
    default: 'direct',
    description:
      'How people reach desktops: at their own address, or by a load balancer that routes /<host>/.',
  }),
  DCV_BASE_URL: Type.Optional(Url('Path mode: the load balancer.', 'https://desktops.example.com/desktops')),
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
  AWS_REGION: Type.Optional(
    Type.String({
      pattern: '^[a-z]{2,}(-[a-z]+)+-[0-9]+$',
      description: 'AWS region of the desktops; DCV_WINDOWS_AMI needs it.',
      examples: ['eu-central-1'],
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
  const faults: ConfigFault[] = [];
  if (config.DCV_ACCESS_MODE === 'path' && config.DCV_BASE_URL === undefined) {
    faults.push({
      name: 'DCV_BASE_URL',
      problem: 'is not set, but DCV_ACCESS_MODE=path needs it',
      example: 'https://desktops.example.com/desktops',
    });
  }
  if (config.DCV_WINDOWS_AMI !== undefined && config.AWS_REGION === undefined) {
    const problem = 'is not set, but DCV_WINDOWS_AMI needs it to know whose images to take';
    faults.push({ name: 'AWS_REGION', problem, example: 'eu-central-1' });
  }
  return faults;
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
