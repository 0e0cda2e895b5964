import type { Clock, Logger } from '@deskfleet/runtime';
import type { Alert } from './ports.ts';
import type { Sweep } from './reconcile-loop.ts';

/** A subnet that desktops can be launched in, as EC2 describes it. */
export interface SubnetFacts {
  id: string;
  zone: string;
  cidr: string;
  name: string | null;
  freeAddresses: number;
}

export interface SubnetSource {
  /** The configured subnets that exist, or the default VPC's. */
  all(): Promise<SubnetFacts[]>;
}

/** Where the subnets are kept, for launches and for the gateway. */
export interface SubnetStore {
  /** Seconds since the last refresh; null when there was none. */
  ageSeconds(): Promise<number | null>;
  /** Replaces what is known by what EC2 says now, and returns the subnets that are no more. */
  replaceAll(subnets: SubnetFacts[], now: Date): Promise<string[]>;
}

export interface SubnetRefreshDeps {
  source: SubnetSource;
  store: SubnetStore;
  /** SUBNET_IDS. */
  configured: readonly string[];
  clock: Clock;
  alert: Alert;
  logger: Logger;
}

/**
 * Free addresses change with every launch, of other systems too, and one call describes all subnets; a launch that finds none
 * free meanwhile tries another subnet.
 */
const refreshSeconds = 300;

/** Keeps what is known of the subnets fresh. */
export class SubnetRefresh implements Sweep {
  private readonly deps: SubnetRefreshDeps;
  /** Those that an operator has been told of; a subnet that comes back and goes again is told again. */
  private missing = new Set<string>();

  constructor(deps: SubnetRefreshDeps) {
    this.deps = deps;
  }

  async sweep(): Promise<void> {
    const age = await this.deps.store.ageSeconds();
    if (age === null || age >= refreshSeconds) await this.refresh();
  }

  /** Asks EC2 now. @throws when it does not answer; what is known stays. */
  async refresh(): Promise<void> {
    const { source, store, configured, clock, logger } = this.deps;
    const subnets = await source.all();
    const found = new Set(subnets.map(({ id }) => id));
    this.tellMissing(configured.filter((id) => !found.has(id)));
    if (subnets.length === 0) {
      logger.warn('EC2 named no subnets for desktops; what was known before stays');
      return;
    }
    const removed = await store.replaceAll(subnets, clock.now().toJSDate());
    if (removed.length > 0) logger.warn({ removed }, 'subnets are no longer there for desktops');
  }

  private tellMissing(missing: string[]): void {
    for (const subnetId of missing.filter((id) => !this.missing.has(id))) {
      this.deps.alert(
        'subnet-missing',
        { subnetId },
        'a subnet of SUBNET_IDS does not exist, or cannot be used; no desktop is launched in it',
      );
    }
    this.missing = new Set(missing);
  }
}
