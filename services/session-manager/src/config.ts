import { type Environment, type LoadedConfig, loadConfig } from '@deskfleet/runtime';
import { commonSettings, portSetting } from '@deskfleet/service-base';
import Type, { type Static } from 'typebox';
import type { LifecycleSettings } from './domain/settings.ts';

/** A time in the unit that the setting's name ends with. */
const Duration = (byDefault: number, description: string) =>
  Type.Number({ exclusiveMinimum: 0, default: byDefault, description, examples: [byDefault] });

/** Settings of session-manager (docs/configuration.md). */
export const configSchema = Type.Object({
  ...commonSettings,
  PORT: portSetting(8082),
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
  DCV_AUTHENTICATOR_URL: Type.String({
    format: 'url',
    description: 'Where DCV servers ask token-service about connections.',
    examples: ['https://tokens.example.org/authenticator'],
  }),
  DCV_WEB_URL_PATH_TEMPLATE: Type.String({
    default: '/',
    pattern: '^/',
    description: 'Path of the desktop behind a load balancer; {host} is its private address.',
    examples: ['/desktops/{host}/'],
  }),
  REQUESTED_TIMEOUT_MINUTES: Duration(5, 'How long preparing a launch may fail.'),
  PROVISIONING_TIMEOUT_MINUTES: Duration(10, 'How long EC2 may take to run an instance.'),
  FIRST_BOOT_TIMEOUT_MINUTES: Duration(30, 'How long a new desktop may take until DCV answers.'),
  RESTART_TIMEOUT_MINUTES: Duration(10, 'How long a started desktop may take until DCV answers.'),
  STOPPING_TIMEOUT_MINUTES: Duration(10, 'After this a stop cuts the power.'),
  TERMINATING_TIMEOUT_MINUTES: Duration(10, 'After this a termination raises an alert.'),
  ERROR_STOP_AFTER_HOURS: Duration(4, 'A desktop in error is stopped after these hours.'),
  OBSERVATION_SETTLE_SECONDS: Duration(
    60,
    'For so long after our own call a contradicting answer of EC2 is no news.',
  ),
  RECONCILE_FAST_SECONDS: Duration(2, 'Between looks at desktops in motion.'),
  RECONCILE_IDLE_SECONDS: Duration(5, 'Between looks for new intents when nothing is in motion.'),
  RECONCILE_SLOW_SECONDS: Duration(60, 'Between looks at every desktop.'),
  IMAGE_TIMEOUT_HOURS: Duration(12, 'After this an image that EC2 has not finished is given up.'),
  IMAGE_POLL_SECONDS: Duration(15, 'Between looks at images that are being made.'),
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
    terminatingTimeoutMinutes: config.TERMINATING_TIMEOUT_MINUTES,
    errorStopAfterHours: config.ERROR_STOP_AFTER_HOURS,
    observationSettleSeconds: config.OBSERVATION_SETTLE_SECONDS,
  };
}
