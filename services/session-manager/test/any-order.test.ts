import { desiredStates } from '@deskfleet/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fault } from './model-ec2.ts';
import { type Event, World } from './model-world.ts';

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
const advance = fc.record({
  do: fc.constant('advance' as const),
  seconds: fc.constantFrom(1, 5, 10, 25, 35, 61, 130, 300),
});
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: pass },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
  { weight: 5, arbitrary: advance },
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

const clockwork = fc.constantFrom<Event>(
  ...Array<Event>(8).fill({ do: 'edge' }),
  { do: 'idle' },
  { do: 'idle' },
  { do: 'expiry' },
  { do: 'keep-running' },
  { do: 'pause' },
  { do: 'connected', clients: 1 },
  { do: 'connected', clients: 0 },
);
const arrival = fc.record({
  do: fc.constant('arrives' as const),
  back: fc.constantFrom(0, 0, 0, 1, 5),
  again: fc.boolean(),
});
const byClocks = fc.oneof(event, pass, pass, advance, clockwork, arrival);

const whileSeconds = (...pauses: number[]): Event[] =>
  pauses.flatMap((seconds) => [
    { do: 'pass', replica: 0, everything: true },
    { do: 'answer' },
    { do: 'advance', seconds },
  ]);

/** What comes before the first window opens: without a desktop, there is nothing for a clock to start or stop. */
const launched = whileSeconds(10, 25, 35, 5);
const before: Event[][] = [
  launched,
  [...launched, { do: 'intend', kind: 'stop', args: {} }, ...whileSeconds(35, 61)],
];

const eventsOf = (arbitrary: fc.Arbitrary<Event>) => fc.array(arbitrary, { minLength: 10, maxLength: 60 });

/** Where EC2 must be, for a session that is as it is wanted. */
const instancesOf = { running: ['running'], stopped: ['stopped'], hibernated: ['stopped'], terminated: [] };

/** `PROPERTY_RUNS=50000 npx vitest run …` looks longer than every test run can. */
const runs = Number(process.env.PROPERTY_RUNS ?? 1_500);

/** Everything that must hold of a session after these events, and again when good days have come. */
async function holdsAfter(world: World, events: Event[]): Promise<void> {
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
  if (state === 'error') {
    // A start that EC2 accepted and did not act on leaves a machine that is stopped, and costs nothing.
    const resting: unknown[] = reason?.code === 'instance-not-running' ? ['stopped'] : [];
    expect(living.filter((each) => !resting.includes(each))).toEqual([]);
    expect(reason).not.toBeNull();
  } else expect({ state, living }).toEqual({ state: store.wanted, living: instancesOf[store.wanted] });
  // A desktop that came up on a fallback type has that until it is resized.
  if (store.wantedType !== 'm7i.large') expect(types.filter((type) => type !== store.wantedType)).toEqual([]);
  expect(ec2.reboots, 'reboots').toBeLessThanOrEqual(store.rebootsAccepted);
}

test(
  'in any order of events there is one instance, no illegal transition, and the last accepted intent wins',
  async () => {
    const anything = fc.asyncProperty(fc.boolean(), eventsOf(event), (hibernation, events) =>
      holdsAfter(new World(hibernation), events),
    );
    await fc.assert(anything, { numRuns: runs });
  },
  runs * 50,
);

test(
  'with a schedule and idleness whose events come late, twice and in any order, no clock overrules a person either',
  async () => {
    const automatic = { running: 0, stopped: 0, hibernated: 0, terminated: 0 };
    let idleStops = 0;
    const anything = fc.asyncProperty(
      fc.boolean(),
      fc.constantFrom(...before),
      eventsOf(byClocks),
      async (hibernation, first, events) => {
        const world = new World(hibernation);
        await holdsAfter(world, [...first, ...events]);
        const changes = world.store.automatic;
        for (const wanted of desiredStates) automatic[wanted] += changes[wanted];
        idleStops += world.store.idleStops;
      },
    );
    await fc.assert(anything, { numRuns: runs });
    // A clock that never changed anything would overrule nobody.
    expect(automatic.running).toBeGreaterThan(runs / 100);
    expect(automatic.stopped + automatic.hibernated - idleStops).toBeGreaterThan(runs / 200);
    expect(idleStops).toBeGreaterThan(runs / 200);
    expect(automatic.terminated).toBeGreaterThan(runs / 200);
  },
  runs * 50,
);
