import type { Command, IntentArguments } from '@deskfleet/contracts';
import { createLogger } from '@deskfleet/runtime';
import { DateTime } from 'luxon';
import { BackgroundWork } from '../src/application/background-work.ts';
import { Reconciler } from '../src/application/reconcile.ts';
import { CallBudget } from '../src/domain/call-budget.ts';
import { PoolBackoff } from '../src/domain/pool-backoff.ts';
import { settings } from './default-settings.ts';
import { ModelClocks } from './model-clocks.ts';
import { type Fault, ModelEc2 } from './model-ec2.ts';
import { ModelStore } from './model-store.ts';

const clusterId = 'model';
const imageOf = (imageId: string) => ({
  imageId,
  rootDeviceName: 'r',
  minRootVolumeGiB: 8,
  architecture: 'x86_64',
  os: 'linux' as const,
});
const logger = createLogger({ service: 'model', level: 'silent' });

export type Event =
  | { do: 'intend'; kind: Command['kind']; args: IntentArguments }
  | { do: 'pass'; replica: 0 | 1; everything: boolean }
  | { do: 'answer' }
  | { do: 'advance'; seconds: number }
  | { do: 'fault'; fault: Fault }
  | { do: 'lag'; seconds: number }
  | { do: 'crash'; replica: 0 | 1 }
  | { do: 'edge' | 'idle' | 'expiry' | 'keep-running' | 'pause' }
  | { do: 'arrives'; back: number; again: boolean }
  | { do: 'connected'; clients: number };

/** One session, two replicas of session-manager that act in turns, and EC2. */
export class World {
  readonly store: ModelStore;
  readonly errors: unknown[] = [];
  readonly ec2 = new ModelEc2(() => this.ms);
  readonly clocks: ModelClocks;
  private ms = Date.parse('2026-11-22T07:57:00Z');
  private holder: 0 | 1 = 0;
  private replicas: Reconciler[];

  constructor(hibernation: boolean) {
    this.store = new ModelStore(() => new Date(this.ms), settings, hibernation);
    this.clocks = new ModelClocks(this.store, logger);
    this.replicas = [this.newReplica(), this.newReplica()];
  }

  async happens(event: Event): Promise<void> {
    await this.take(event);
    if (this.store.status().state !== 'running') this.connect(0);
  }

  private async take(event: Event): Promise<void> {
    switch (event.do) {
      case 'intend':
        return this.store.intend(event.kind, event.args);
      case 'pass':
        return this.pass(event.replica, event.everything);
      case 'answer':
        return this.answer();
      case 'advance':
        // A call has its answer within the time-out, which is shorter than anything that is waited for here.
        if (event.seconds > 10) await this.answer();
        this.ms += event.seconds * 1000;
        return;
      case 'fault':
        this.ec2.faults.push(event.fault);
        return;
      case 'lag':
        this.ec2.lagSeconds = event.seconds;
        return;
      case 'edge':
        return this.clocks.sayEdge(this.now());
      case 'idle':
        return this.clocks.sayIdle(this.now());
      case 'expiry':
        return this.clocks.sayExpiry(this.now());
      case 'arrives':
        return this.clocks.arrives(event.back, event.again);
      case 'keep-running':
        return this.override({ keepRunningUntil: new Date(this.ms + 300_000) });
      case 'pause':
        return this.override({ pauseUntil: new Date(this.ms + 60_000) });
      case 'connected':
        return this.connect(event.clients);
      case 'crash':
        // Both die, as the calls under way are not told apart.
        this.ec2.forget();
        this.replicas = [this.newReplica(), this.newReplica()];
        return;
      default:
        event satisfies never;
    }
  }

  /** Passes over everything, on good days. */
  async settle(): Promise<void> {
    this.ec2.faults = [];
    this.ec2.lagSeconds = 0;
    for (let i = 0; i < 60; i++) {
      await this.pass(0, true);
      await this.answer();
      this.ms += 61_000;
    }
  }

  private override(change: Partial<ModelStore['spec']>): void {
    Object.assign(this.store.spec, { ...change, overridesChangedAt: this.now() });
  }

  /** token-service lets nobody in whose desktop does not run, or is not to. */
  private connect(clients: number): void {
    const { state, desired } = this.store.status();
    if (clients > 0 && (state !== 'running' || desired !== 'running')) return;
    if (clients > 0) this.store.spec.connectedAt = this.now();
    this.store.connected = clients;
    this.ec2.connected = clients;
  }

  private now(): Date {
    return new Date(this.ms);
  }

  private async pass(index: 0 | 1, everything: boolean): Promise<void> {
    // The lease is longer than any call: whoever has lost it has none under way.
    if (index !== this.holder) await this.answer();
    this.holder = index;
    const passing = this.replicas[index]?.pass({ everything, allIntents: true });
    let done = false;
    passing?.finally(() => {
      done = true;
    });
    await soon();
    // The sweep waits for its own calls.
    while (!done) await this.answer();
    await passing;
    await soon();
  }

  private async answer(): Promise<void> {
    await soon();
    this.ec2.answer();
    await soon();
  }

  private newReplica(): Reconciler {
    const broken = (error: unknown) => this.errors.push(error);
    return new Reconciler({
      store: this.store,
      compute: this.ec2,
      images: {
        resolve: async (id) => ({ image: imageOf(id) }),
        inspect: async (id) => ({ image: imageOf(id) }),
        forget: () => {},
      },
      hosts: {
        probe: (hosts) => this.ec2.hostAnswers(hosts.map(({ instanceId }) => instanceId)),
      },
      budget: new CallBudget(this.ms),
      pools: new PoolBackoff(),
      work: new BackgroundWork(() => {}, broken),
      clock: { now: () => DateTime.fromMillis(this.ms, { zone: 'utc' }) },
      monotonic: () => this.ms,
      random: () => 0.5,
      settings,
      launch: {
        clusterId,
        tags: {},
        subnetIds: ['subnet-a', 'subnet-b'],
        securityGroupIds: [],
        instanceProfileArn: null,
      },
      hostAccounts: 'local',
      readinessIntervalSeconds: 1,
      renderUserData: () => ({ userData: '' }),
      preparePassword: async () => ({ parameter: 'p' }),
      // Whatever is thrown goes through, so that nothing is only logged.
      isPassing: () => true,
      alert: () => {},
      logger,
    });
  }
}

/** Lets everything go on that waits for nothing. */
const soon = () => new Promise<void>((resolve) => setImmediate(resolve));
