import type { IdlePolicyOverrides, OperatingSystem, Schedule } from '@deskfleet/contracts';
import type { CpuReading, HostReading } from './observations.ts';

/** What the database knows of a running session. */
export interface SessionFacts {
  sessionId: string;
  owner: string;
  os: OperatingSystem;
  hibernation: boolean;
  /** Number of its latest intent. */
  generation: number;
  instanceId: string;
  /** Makers of the instance type's GPUs; null: it has none. `unknown`: nothing is known of the type. */
  gpuMaker: string | null;
  schedule: Schedule;
  keepRunningUntil: Date | null;
  runningSince: Date;
  /** When a connection was last authorised. */
  connectedAt: Date | null;
  /** What its profile sets differently from the deployment. */
  policy: IdlePolicyOverrides;
}

/** What earlier checks have found. */
export interface Memory {
  /** When the owner was warned; null when no warning holds. */
  warnedAt: Date | null;
  /** Checks in a row that could not tell. */
  unknownChecks: number;
  lastAccess: Access | null;
  /** The host did not answer the last time it was asked. */
  hostSilent: boolean;
}

/** When a desktop was last used by what its host says. */
export interface Access {
  at: Date;
  /** The host's words for it, null while somebody is connected. While they stay, the instant stays. */
  mark: string | null;
}

/** All that a session is judged by. What has not been asked yet is null. */
export interface IdleFacts {
  session: SessionFacts;
  memory: Memory;
  cpu: CpuReading | null;
  /** `askedAt` is before the host looked. */
  host: { askedAt: Date; reading: HostReading } | null;
}
