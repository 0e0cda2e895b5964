import type { HostAccounts } from '@deskfleet/contracts';
import type { Clock, Logger } from '@deskfleet/runtime';
import type { CallBudget } from '../domain/call-budget.ts';
import type { HostSpec } from '../domain/host-spec.ts';
import type { PoolBackoff } from '../domain/pool-backoff.ts';
import type { LifecycleSettings } from '../domain/settings.ts';
import type { BackgroundWork } from './background-work.ts';
import type { Alert, Compute, Hosts, Images, RenderedUserData } from './ports.ts';
import type { PreparedPassword } from './prepare-password.ts';
import type { SessionStore } from './session-store.ts';

/** Where and how instances are launched. */
export interface LaunchSettings {
  clusterId: string;
  /** The operator's own tags; ours win. */
  tags: Record<string, string>;
  subnetIds: string[];
  securityGroupIds: string[];
  instanceProfileArn: string | null;
}

/** What the use cases of the reconciler share. */
export interface ReconcilerDeps {
  store: SessionStore;
  compute: Compute;
  images: Images;
  hosts: Hosts;
  budget: CallBudget;
  pools: PoolBackoff;
  work: BackgroundWork;
  clock: Clock;
  /** Milliseconds of a clock that only moves forward, for the budget. */
  monotonic: () => number;
  /** In [0, 1): jitter and the choice of a zone. */
  random: () => number;
  settings: LifecycleSettings;
  launch: LaunchSettings;
  hostAccounts: HostAccounts;
  /** How long to wait before asking a host again whether its desktop is ready. */
  readinessIntervalSeconds: number;
  renderUserData: (spec: HostSpec) => RenderedUserData;
  /** Before each launch of a Windows desktop. */
  preparePassword: (sessionId: string) => Promise<PreparedPassword>;
  /** Whether an error comes from a server that is away, and is nobody's fault. */
  isPassing: (error: unknown) => boolean;
  alert: Alert;
  logger: Logger;
}
