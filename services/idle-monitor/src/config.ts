import { type Environment, type LoadedConfig, loadConfig } from '@deskfleet/runtime';
import { commonSettings, portSetting } from '@deskfleet/service-base';
import Type, { type Static } from 'typebox';
import { hour, type IdleSettings, minute } from './domain/idle-policy.ts';

const Minutes = (byDefault: number, description: string) =>
  Type.Number({
    exclusiveMinimum: 0,
    maximum: 1_440,
    default: byDefault,
    description,
    examples: [byDefault],
  });

const IdleHours = (system: string, how: 'stopped' | 'hibernated') =>
  Type.Number({
    minimum: 0,
    maximum: 8_760,
    default: 1,
    description: `Hours without use after which a ${system} desktop is ${how}; 0: never.`,
    examples: [2],
  });

const Percent = (byDefault: number, description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 100, default: byDefault, description, examples: [byDefault] });

/** Settings of idle-monitor (docs/configuration.md). */
export const configSchema = Type.Object({
  ...commonSettings,
  PORT: portSetting(8085),
  AWS_REGION: Type.String({ description: 'AWS region of the desktops.', examples: ['eu-central-1'] }),
  IDLE_CHECK_INTERVAL_MINUTES: Minutes(5, 'Minutes between two looks at whether a desktop is used.'),
  IDLE_WARNING_MINUTES: Type.Number({
    minimum: 0,
    maximum: 1_440,
    default: 15,
    description:
      'Minutes from the warning of an automatic stop to the stop; at an idle stop no longer than half the idle time.',
    examples: [15],
  }),
  DCV_SCHEDULE_GRACE_PERIOD_IN_HOURS: Type.Number({
    minimum: 0,
    maximum: 168,
    default: 1,
    description: 'Hours for which a desktop that has started stays up at least.',
    examples: [1],
  }),
  DCV_LINUX_STOP_IDLE_SESSION: IdleHours('Linux', 'stopped'),
  DCV_WINDOWS_STOP_IDLE_SESSION: IdleHours('Windows', 'stopped'),
  DCV_LINUX_HIBERNATE_IDLE_SESSION: IdleHours('hibernatable Linux', 'hibernated'),
  DCV_WINDOWS_HIBERNATE_IDLE_SESSION: IdleHours('hibernatable Windows', 'hibernated'),
  DCV_IDLE_CPU_THRESHOLD: Percent(15, 'CPU from which a desktop counts as used, in percent.'),
  DCV_IDLE_GPU_THRESHOLD: Percent(10, 'GPU from which a desktop counts as used, in percent.'),
  DCV_IDLE_CPU_WINDOW_MINUTES: Minutes(15, 'Minutes over which CPU is averaged.'),
  IDLE_HOST_WAIT_SECONDS: Type.Number({
    exclusiveMinimum: 0,
    maximum: 60,
    default: 30,
    description: 'Seconds that a sweep waits for the answers of hosts at most.',
    examples: [30],
  }),
});
export type IdleMonitorConfig = Readonly<Static<typeof configSchema>>;

/** @throws ConfigError with every fault at once. */
export function loadIdleMonitorConfig(env: Environment): LoadedConfig<IdleMonitorConfig> {
  return loadConfig(configSchema, env, { service: 'idle-monitor' });
}

export function settingsOf(config: IdleMonitorConfig): IdleSettings {
  return {
    idleAfter: {
      stop: {
        linux: config.DCV_LINUX_STOP_IDLE_SESSION * hour,
        windows: config.DCV_WINDOWS_STOP_IDLE_SESSION * hour,
      },
      hibernate: {
        linux: config.DCV_LINUX_HIBERNATE_IDLE_SESSION * hour,
        windows: config.DCV_WINDOWS_HIBERNATE_IDLE_SESSION * hour,
      },
    },
    cpuThresholdPercent: config.DCV_IDLE_CPU_THRESHOLD,
    gpuThresholdPercent: config.DCV_IDLE_GPU_THRESHOLD,
    cpuWindow: config.DCV_IDLE_CPU_WINDOW_MINUTES * minute,
    warning: config.IDLE_WARNING_MINUTES * minute,
    grace: config.DCV_SCHEDULE_GRACE_PERIOD_IN_HOURS * hour,
    interval: config.IDLE_CHECK_INTERVAL_MINUTES * minute,
  };
}
