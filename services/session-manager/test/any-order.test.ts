import type { Command, IntentArguments } from '@deskfleet/contracts';
import { createLogger } from '@deskfleet/runtime';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import { BackgroundWork } from '../src/application/background-work.ts';
import { Reconciler } from '../src/application/reconcile.ts';
import { CallBudget } from '../src/domain/call-budget.ts';
import { PoolBackoff } from '../src/domain/pool-backoff.ts';
import { settings } from './default-settings.ts';
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

type Event =
  | { do: 'intend'; kind: Command['kind']; args: IntentArguments }
  | { do: 'pass'; replica: 0 | 1; everything: boolean }
  | { do: 'answer' }
  | { do: 'advance'; seconds: number }
  | { do: 'fault'; fault: Fault }
  | { do: 'lag'; seconds: number }
  | { do: 'crash'; replica: 0 | 1 };

const replica = fc.constantFrom<0 | 1>(0, 1);
const faults: Fault[] = [
  'lost',
  'lost',
  'unclear',
  'throttled',
  'unauthorized',
  'capacity',
  'limit',
  'hibernation-unsupported',
  'incorrect-state',
  'ignored',
  'becomes-stop',
];
const wishes = ['start', 'start', 'start', 'stop', 'stop', 'resize', 'reboot', 'terminate'] as const;
const pass = fc.record({ do: fc.constant('pass' as const), replica, everything: fc.boolean() });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: pass },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      seconds: fc.constantFrom(1, 5, 10, 25, 35, 61, 130, 300),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('intend' as const),
      kind: fc.constantFrom(...wishes),
      args: fc.record({
        force: fc.boolean(),
        mode: fc.constantFrom('stop' as const, 'hibernate' as const),
        instanceType: fc.constantFrom('m7i.large', 'm7i.xlarge'),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('fault' as const), fault: fc.constantFrom(...faults) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lag' as const), seconds: fc.constantFrom(0, 0, 10, 40) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), replica }) },
);

/** One session, two replicas of session-manager that act in turns, and EC2. */
class World {
  readonly store: ModelStore;
  readonly errors: unknown[] = [];
  readonly ec2 = new ModelEc2(() => this.ms);
  private ms = Date.parse('2026-11-22T08:00:00Z');
  private holder: 0 | 1 = 0;
  private replicas: Reconciler[];

  constructor(hibernation: boolean) {
    this.store = new ModelStore(() => new Date(this.ms), settings, hibernation);
    this.replicas = [this.newReplica(), this.newReplica()];
  }

  async happens(event: Event): Promise<void> {
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
        probe: async (hosts) => new Map(hosts.map((h) => [h.instanceId, this.ec2.hostAnswer(h.instanceId)])),
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

/** Where EC2 must be, for a session that is as it is wanted. */
const instancesOf = { running: ['running'], stopped: ['stopped'], hibernated: ['stopped'], terminated: [] };

/** `PROPERTY_RUNS=50000 npx vitest run …` looks longer than every test run can. */
const runs = Number(process.env.PROPERTY_RUNS ?? 1_500);

test(
  'in any order of events there is one instance, no illegal transition, and the last accepted intent wins',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(event, { minLength: 10, maxLength: 60 }),
        async (hibernation, events) => {
          const world = new World(hibernation);
          const { ec2, store } = world;
          for (const each of events) {
            await world.happens(each);
            expect(ec2.living().length, 'living instances').toBeLessThanOrEqual(1);
          }
          await world.settle();
          const { state, desired, reason } = store.status();
          const living = ec2.living().map((instance) => ec2.stateOf(instance));
          const types = ec2.living().map((instance) => ec2.typeOf(instance));
          expect({ illegal: store.illegal, errors: world.errors }).toEqual({ illegal: [], errors: [] });
          expect(store.history.filter((step) => /external|gone/.test(step))).toEqual([]);
          expect(desired).toBe(store.wanted);
          if (state === 'error')
            expect({ living, reason }).toEqual({ living: [], reason: expect.anything() });
          else expect({ state, living }).toEqual({ state: store.wanted, living: instancesOf[store.wanted] });
          // A desktop that came up on a fallback type has that until it is resized.
          if (store.wantedType !== 'm7i.large')
            expect(types.filter((type) => type !== store.wantedType)).toEqual([]);
          expect(ec2.reboots, 'reboots').toBeLessThanOrEqual(store.rebootsAccepted);
        },
      ),
      { numRuns: runs },
    );
  },
  runs * 50,
);
