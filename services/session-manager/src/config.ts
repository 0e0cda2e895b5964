import { type Environment, type LoadedConfig, loadConfig } from '@deskfleet/runtime';
import {
  commonSettings,
  hostNamingOf,
  hostNamingSettings,
  portSetting,
  webUrlPathSetting,
} from '@deskfleet/service-base';
import Type, { type Static } from 'typebox';
import { pinnedDcvRelease } from './domain/dcv-release.ts';
import type { HostSettings } from './domain/host-spec.ts';
import type { LifecycleSettings } from './domain/settings.ts';

/** A time in the unit that the setting's name ends with. */
const Duration = (byDefault: number, description: string) =>
  Type.Number({ exclusiveMinimum: 0, default: byDefault, description, examples: [byDefault] });

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** Settings of session-manager (docs/configuration.md). */
export const configSchema = Type.Object({
  ...commonSettings,
  PORT: portSetting(8082),
  SERVICE_CREDENTIAL_KEY: Type.String({
    format: 'key-256',
    description: 'Key by which services know each other; the same for all of them',
    examples: ['<output of: openssl rand -base64 32>'],
  }),
  CLUSTER_ID: Type.String({
    default: 'deskfleet',
    pattern: '^[A-Za-z0-9._-]{1,64}$',
    description: 'Marks this deployment’s instances (tag deskfleet:cluster).',
    examples: ['deskfleet-production'],
  }),
  AWS_REGION: Type.String({ description: 'AWS region of the desktops.', examples: ['eu-central-1'] }),
  SUBNET_IDS: Type.Array(Type.String({ pattern: '^subnet-' }), {
    default: [],
    description: 'Subnets for desktops, best in several zones; empty: the default VPC.',
    examples: ['subnet-0aaa,subnet-0bbb'],
  }),
  SECURITY_GROUP_IDS: Type.Array(Type.String({ pattern: '^sg-' }), {
    default: [],
    description: 'Security groups of desktops.',
    examples: ['sg-0aaa'],
  }),
  INSTANCE_PROFILE_ARN: Type.Optional(
    Type.String({
      pattern: '^arn:',
      description: 'Instance profile of desktops; it must allow the SSM agent.',
      examples: ['arn:aws:iam::123456789012:instance-profile/desktop'],
    }),
  ),
  INSTANCE_TAGS: Type.Array(Type.String({ pattern: '^[^=,]{1,128}=[^,]{0,256}$' }), {
    default: [],
    description: 'Your own tags on every instance and volume, as NAME=VALUE.',
    examples: ['cost-center=42,team=cae'],
  }),
  PASSWORD_KMS_KEY_ID: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9/_:-]+$',
      description:
        'KMS key (id, ARN or alias) of the passwords of Windows desktops in Parameter Store; without it the key that AWS manages.',
      examples: ['alias/deskfleet'],
    }),
  ),
  DCV_AUTHENTICATOR_URL: Type.String({
    format: 'url',
    description: 'Where DCV servers ask token-service about connections.',
    examples: ['https://tokens.example.org/authenticator'],
  }),
  DCV_WEB_URL_PATH_TEMPLATE: webUrlPathSetting,
  ...hostNamingSettings,
  DCV_WINDOWS_AUTOLOGON: Type.Boolean({
    default: true,
    description: 'Log owners on automatically on Windows desktops.',
    examples: ['False'],
  }),
  ALLOW_DOWNLOAD_FROM_PORTAL: Type.Boolean({
    default: true,
    description:
      'Let users download files from their desktops through DCV. Connection files (.dcv) are made whatever this says.',
    examples: ['False'],
  }),
  HPC_SUBMIT_URL: Type.Optional(
    Type.String({
      format: 'url',
      description: 'Where jobs are submitted; a shortcut on Windows desktops, which cannot do it themselves.',
      examples: ['https://jobs.example.org/'],
    }),
  ),
  DCV_SERVER_RELEASE: Type.Optional(
    Type.Object(
      { version: Type.String({ pattern: '^[0-9.]+-[0-9]+$' }), sha256: Type.Record(Type.String(), Sha256) },
      {
        description:
          'DCV server installed on hosts whose image has none, as JSON with the SHA-256 of its downloads; otherwise the ' +
          'release in services/session-manager/src/domain/dcv-release.ts.',
        examples: ['{"version":"2025.0-20103","sha256":{"el9-x86_64":"830e81…","windows":"593e2b…"}}'],
      },
    ),
  ),
  REQUESTED_TIMEOUT_MINUTES: Duration(5, 'How long preparing a launch may fail.'),
  PROVISIONING_TIMEOUT_MINUTES: Duration(10, 'How long EC2 may take to run an instance.'),
  FIRST_BOOT_TIMEOUT_MINUTES: Duration(30, 'How long a new desktop may take until DCV answers.'),
  RESTART_TIMEOUT_MINUTES: Duration(10, 'How long a started desktop may take until DCV answers.'),
  STOPPING_TIMEOUT_MINUTES: Duration(10, 'After this a stop cuts the power.'),
  HIBERNATING_TIMEOUT_MINUTES: Duration(
    20,
    'After this a hibernation raises an alert; it is never cut short.',
  ),
  RESIZING_TIMEOUT_MINUTES: Duration(2, 'After this a resize has failed and the old type is kept.'),
  TERMINATING_TIMEOUT_MINUTES: Duration(10, 'After this a termination raises an alert.'),
  ERROR_STOP_AFTER_HOURS: Duration(4, 'A desktop in error is stopped after these hours.'),
  CAPACITY_RETRY_WINDOW_MINUTES: Type.Number({
    minimum: 0,
    default: 0,
    description:
      'How long Deskfleet goes on looking for a free machine when AWS has none; 0: every zone and fallback type once.',
    examples: [30],
  }),
  OBSERVATION_SETTLE_SECONDS: Duration(
    60,
    'For so long after our own call a contradicting answer of EC2 is no news.',
  ),
  RECONCILE_FAST_SECONDS: Duration(2, 'Between looks at desktops in motion.'),
  RECONCILE_IDLE_SECONDS: Duration(5, 'Between looks for new intents when nothing is in motion.'),
  RECONCILE_SLOW_SECONDS: Duration(60, 'Between looks at every desktop.'),
  IMAGE_TIMEOUT_HOURS: Duration(12, 'After this an image that EC2 has not finished is given up.'),
  IMAGE_POLL_SECONDS: Duration(15, 'Between looks at images that are being made.'),
  PERMISSIONS_POLL_SECONDS: Duration(
    5,
    'Between looks whether hosts know who may use their desktops; events and expiries of shares come at once.',
  ),
  READINESS_WAIT_SECONDS: Duration(15, 'How long hosts that were asked are waited for.'),
  READINESS_INTERVAL_SECONDS: Duration(5, 'Between two questions to a host whether its desktop is ready.'),
});
export type Config = Readonly<Static<typeof configSchema>>;

export function loadSessionManagerConfig(env: Environment): LoadedConfig<Static<typeof configSchema>> {
  return loadConfig(configSchema, env, { service: 'session-manager' });
}

export function lifecycleSettingsOf(config: Config): LifecycleSettings {
  return {
    requestedTimeoutMinutes: config.REQUESTED_TIMEOUT_MINUTES,
    provisioningTimeoutMinutes: config.PROVISIONING_TIMEOUT_MINUTES,
    firstBootTimeoutMinutes: config.FIRST_BOOT_TIMEOUT_MINUTES,
    restartTimeoutMinutes: config.RESTART_TIMEOUT_MINUTES,
    stoppingTimeoutMinutes: config.STOPPING_TIMEOUT_MINUTES,
    hibernatingTimeoutMinutes: config.HIBERNATING_TIMEOUT_MINUTES,
    resizingTimeoutMinutes: config.RESIZING_TIMEOUT_MINUTES,
    terminatingTimeoutMinutes: config.TERMINATING_TIMEOUT_MINUTES,
    errorStopAfterHours: config.ERROR_STOP_AFTER_HOURS,
    capacityRetryWindowMinutes: config.CAPACITY_RETRY_WINDOW_MINUTES,
    observationSettleSeconds: config.OBSERVATION_SETTLE_SECONDS,
  };
}

export function instanceTagsOf({ INSTANCE_TAGS }: Config): Record<string, string> {
  return Object.fromEntries(
    INSTANCE_TAGS.map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
  );
}

export function hostSettingsOf(config: Config): HostSettings {
  return {
    region: config.AWS_REGION,
    authenticatorUrl: config.DCV_AUTHENTICATOR_URL,
    webUrlPathTemplate: config.DCV_WEB_URL_PATH_TEMPLATE,
    ...hostNamingOf(config),
    windowsAutologon: config.DCV_WINDOWS_AUTOLOGON,
    allowFileDownload: config.ALLOW_DOWNLOAD_FROM_PORTAL,
    hpcSubmitUrl: config.HPC_SUBMIT_URL ?? null,
    dcvRelease: config.DCV_SERVER_RELEASE ?? pinnedDcvRelease,
  };
}
