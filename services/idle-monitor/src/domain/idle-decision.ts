import type { Access } from './idle-facts.ts';

/** What keeps a session up. */
export type Activity =
  | { reason: 'idle-stop-disabled' }
  | { reason: 'kept-running'; until: Date }
  | { reason: 'scheduled'; until: Date | null }
  | { reason: 'just-started'; until: Date }
  /** It is too early to warn; `until` then, and unused it stops at `stopsAt`. */
  | { reason: 'used-recently'; since: Date; until: Date; stopsAt: Date }
  | { reason: 'connected'; connections: number }
  | { reason: 'cpu-busy'; percent: number; threshold: number }
  | { reason: 'gpu-busy'; percent: number; threshold: number };

/** Why it cannot be told whether a session is used. */
export type Unknown =
  | 'cpu-no-data'
  | 'cpu-unavailable'
  | 'host-unreachable'
  | 'host-silent'
  | 'host-unreadable'
  | 'host-unavailable'
  | 'dcv-down'
  | 'host-clock'
  | 'access-unknown'
  | 'interaction-unknown'
  | 'gpu-unknown'
  | 'gpu-maker';

export type IdleDecision =
  /** What is known so far does not decide it. */
  | { outcome: 'ask'; what: 'cpu' | 'host' }
  | { outcome: 'active'; activity: Activity; access: Access | null }
  | { outcome: 'unknown'; reason: Unknown }
  /** `warn` and `stop` are to be told; a warning that holds is waited for. */
  | { outcome: 'idle'; act: 'warn' | 'wait' | 'stop'; since: Date; stopsAt: Date; access: Access };
