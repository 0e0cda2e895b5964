import { minute } from '../domain/settings.ts';
import type { ScheduleStore } from './ports.ts';

/** How long before a window opens its desktops are started; `auto` learns it. */
export type LeadSetting = number | 'auto';

/** While a software stack has not been started often enough. */
const unknownStartTime = 5 * minute;
const longestLead = 60 * minute;
const refreshMilliseconds = 10 * minute;

/** Start leads by software stack, in milliseconds. */
export class Leads {
  private readonly setting: LeadSetting;
  private readonly store: Pick<ScheduleStore, 'startTimes'>;
  private readonly monotonic: () => number;
  private startTimes = new Map<string, number>();
  private refreshAt = Number.NEGATIVE_INFINITY;

  constructor(
    setting: LeadSetting,
    { store, monotonic }: { store: Pick<ScheduleStore, 'startTimes'>; monotonic: () => number },
  ) {
    this.setting = setting;
    this.store = store;
    this.monotonic = monotonic;
  }

  /** Learns anew from time to time; what was learnt before counts while the database is away. */
  async refresh(): Promise<void> {
    if (this.setting !== 'auto' || this.monotonic() < this.refreshAt) return;
    this.startTimes = await this.store.startTimes();
    this.refreshAt = this.monotonic() + refreshMilliseconds;
  }

  /** Twice the start time, since starts are spread over the first half of the lead (domain/start-lead.ts). */
  of(softwareStackId: string): number {
    if (this.setting !== 'auto') return this.setting;
    const startTime = this.startTimes.get(softwareStackId) ?? unknownStartTime;
    return Math.min(longestLead, 2 * startTime);
  }
}
