import type { OperatingSystem } from '@deskfleet/contracts';
import type { CpuReading, HostReading } from '../domain/observations.ts';

/** CloudWatch: the CPU of instances. */
export interface CpuMetrics {
  /**
   * The average over the window that ends now, of every one of these instances. One bad answer spoils no other: what could
   * not be asked is `unavailable`. Never throws.
   */
  cpuOf(instanceIds: string[]): Promise<Map<string, CpuReading>>;
}

export interface HostToAsk {
  instanceId: string;
  os: OperatingSystem;
  /** It did not answer the last time: SSM is asked first whether it knows the host at all. */
  wasSilent: boolean;
}

/** SSM: what hosts say of the use of their desktops. */
export interface Hosts {
  /**
   * Asks hosts, batch by batch, and tells of each batch as soon as it is read; resolves when every host is told of, whatever
   * went wrong. `askedAt` is a moment (of `now`) before any host of the batch looked. Never throws but what `tell` throws.
   */
  observe(hosts: HostToAsk[], tell: (batch: HostBatch) => Promise<void>): Promise<void>;
}

export interface HostBatch {
  askedAt: Date;
  readings: Map<string, HostReading>;
}
