import type { IdleSignal, OperatingSystem } from '@deskfleet/contracts';
import type { SessionFacts } from './idle-facts.ts';

export const minute = 60_000;
export const hour = 60 * minute;

/** The deployment's settings; times in milliseconds. */
export interface IdleSettings {
  idleAfter: Record<'stop' | 'hibernate', Record<OperatingSystem, number>>;
  cpuThresholdPercent: number;
  gpuThresholdPercent: number;
  cpuWindow: number;
  warning: number;
  grace: number;
  interval: number;
}

/** When one session counts as idle; times in milliseconds. */
export interface IdlePolicy {
  /** Null: it is never stopped for being idle. */
  idleAfter: number | null;
  cpuThresholdPercent: number;
  gpuThresholdPercent: number;
  /** Over which CPU is averaged. */
  cpuWindow: number;
  ignoredSignals: readonly IdleSignal[];
  untouchedCountsAsIdle: boolean;
  /** From the warning to the stop. */
  warning: number;
  /** From its start on it stays up at least so long. */
  grace: number;
}

/** The deployment's settings with what the session's profile changes. */
export function policyOf({ os, hibernation, policy }: SessionFacts, settings: IdleSettings): IdlePolicy {
  const byDefault = settings.idleAfter[hibernation ? 'hibernate' : 'stop'][os];
  const idleAfter = policy.idleHours === undefined ? byDefault : policy.idleHours * hour;
  return {
    idleAfter: idleAfter === 0 ? null : idleAfter,
    cpuThresholdPercent: policy.cpuThresholdPercent ?? settings.cpuThresholdPercent,
    gpuThresholdPercent: policy.gpuThresholdPercent ?? settings.gpuThresholdPercent,
    cpuWindow: settings.cpuWindow,
    ignoredSignals: policy.ignoredSignals ?? [],
    untouchedCountsAsIdle: policy.untouchedCountsAsIdle ?? false,
    // Whoever has just left is not warned at once.
    warning: Math.min(settings.warning, idleAfter / 2),
    grace: settings.grace,
  };
}
