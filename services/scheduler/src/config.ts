import { type Environment, type LoadedConfig, loadConfig } from '@deskfleet/runtime';
import { commonSettings, portSetting } from '@deskfleet/service-base';
import Type, { type Static } from 'typebox';
import type { LeadSetting } from './application/leads.ts';
import { hour, minute, type SchedulerSettings } from './domain/settings.ts';

/** Settings of the scheduler (docs/configuration.md). */
export const configSchema = Type.Object({
  ...commonSettings,
  PORT: portSetting(8084),
  START_LEAD_MINUTES: Type.String({
    pattern: '^(auto|\\d{1,3}(\\.\\d+)?)$',
    default: '0',
    description:
      'Minutes before a window opens at which its desktops are started, to be ready by then; `auto` learns how long that takes.',
    examples: ['auto'],
  }),
  IDLE_WARNING_MINUTES: Type.Number({
    minimum: 0,
    maximum: 1_440,
    default: 15,
    description: 'Minutes from the warning of an automatic stop to the stop.',
    examples: [15],
  }),
  DCV_SCHEDULE_GRACE_PERIOD_IN_HOURS: Type.Number({
    minimum: 0,
    maximum: 168,
    default: 1,
    description: 'Hours for which a desktop stays up at least that somebody started outside its schedule.',
    examples: [1],
  }),
  DCV_LINUX_TERMINATE_STOPPED_SESSION: expiry('Linux'),
  DCV_WINDOWS_TERMINATE_STOPPED_SESSION: expiry('Windows'),
  SCHEDULE_REPEAT_MINUTES: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1_440,
    default: 10,
    description:
      'Minutes after which a start or stop that has not come about is asked for again, while it still holds.',
    examples: [10],
  }),
});
export type SchedulerConfig = Readonly<Static<typeof configSchema>>;

/** @throws ConfigError with every fault at once. */
export function loadSchedulerConfig(env: Environment): LoadedConfig<SchedulerConfig> {
  return loadConfig(configSchema, env, { service: 'scheduler' });
}

export function settingsOf(config: SchedulerConfig): SchedulerSettings {
  return {
    warning: config.IDLE_WARNING_MINUTES * minute,
    grace: config.DCV_SCHEDULE_GRACE_PERIOD_IN_HOURS * hour,
    expiry: {
      linux: config.DCV_LINUX_TERMINATE_STOPPED_SESSION * hour,
      windows: config.DCV_WINDOWS_TERMINATE_STOPPED_SESSION * hour,
    },
    repeat: config.SCHEDULE_REPEAT_MINUTES * minute,
  };
}

/** In milliseconds. */
export function leadOf({ START_LEAD_MINUTES: setting }: SchedulerConfig): LeadSetting {
  return setting === 'auto' ? 'auto' : Number(setting) * minute;
}

function expiry(system: string) {
  return Type.Number({
    minimum: 0,
    default: 0,
    description: `Hours after which a stopped ${system} desktop is terminated, with its disks; announced from half the time on. 0: never.`,
    examples: [720],
  });
}
