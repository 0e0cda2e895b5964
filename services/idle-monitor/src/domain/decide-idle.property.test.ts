import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ago, alwaysOn, now, offHours, policy, session } from '../../test/example-facts.ts';
import { decideIdle } from './decide-idle.ts';
import type { IdleFacts } from './idle-facts.ts';
import { hour, minute } from './idle-policy.ts';
import type { HostReading } from './observations.ts';

const someTime = fc.integer({ min: 0, max: 24 * hour });
const sometime = someTime.map(ago);
const gpu = fc.oneof(
  fc.record({ kind: fc.constant('percent' as const), percent: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ kind: fc.constantFrom('no-probe' as const, 'failed' as const) }),
);
const report = fc.record({
  kind: fc.constant('report' as const),
  connections: fc.constantFrom(0, 0, 0, 1, 2),
  createdAgo: fc.option(fc.integer({ min: -hour, max: 24 * hour })),
  disconnectedAgo: fc.option(fc.integer({ min: -hour, max: 24 * hour })),
  interactedAgo: fc.option(someTime),
  accessMark: fc.constantFrom('a', 'b'),
  gpu,
});
const reading: fc.Arbitrary<HostReading> = fc.oneof(
  { weight: 4, arbitrary: report },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        'unreachable' as const,
        'silent' as const,
        'unreadable' as const,
        'dcv-down' as const,
        'unavailable' as const,
      )
      .map((kind) => ({ kind })),
  },
);
const cpu = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: 0, max: 30 }).map((percent) => ({ kind: 'percent' as const, percent })),
  },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'no-data' as const }, { kind: 'unavailable' as const }) },
);
const facts: fc.Arbitrary<IdleFacts> = fc.record({
  session: fc.record({
    ...Object.fromEntries(Object.entries(session).map(([name, value]) => [name, fc.constant(value)])),
    schedule: fc.constantFrom(offHours, offHours, offHours, alwaysOn),
    gpuMaker: fc.constantFrom(null, null, 'NVIDIA', 'AMD', 'unknown'),
    keepRunningUntil: fc.option(fc.integer({ min: -hour, max: hour }).map(ago), { freq: 2 }),
    runningSince: sometime,
    connectedAt: fc.option(sometime),
  }) as unknown as fc.Arbitrary<IdleFacts['session']>,
  memory: fc.record({
    warnedAt: fc.option(sometime, { freq: 5 }),
    unknownChecks: fc.nat(4),
    lastAccess: fc.option(fc.record({ at: sometime, mark: fc.constantFrom('a', 'b', null) })),
    hostSilent: fc.boolean(),
  }),
  cpu: fc.option(cpu, { freq: 9 }),
  host: fc.option(fc.record({ askedAt: fc.constant(now), reading }), { freq: 9 }),
});

describe('whatever the facts, no desktop is stopped that', () => {
  let stops = 0;
  const check = (name: string, inUse: (facts: IdleFacts) => boolean) =>
    test(name, () => {
      fc.assert(
        fc.property(facts, (given) => {
          const decision = decideIdle(given, policy, now);
          const isStopped = decision.outcome === 'idle' && decision.act === 'stop';
          if (isStopped) stops += 1;
          expect(isStopped && inUse(given)).toBe(false);
        }),
        { numRuns: 2_000 },
      );
    });
  const hostOf = ({ host }: IdleFacts) => (host?.reading.kind === 'report' ? host.reading : null);

  check('somebody is connected to', (given) => (hostOf(given)?.connections ?? 0) > 0);
  check('is busy', ({ cpu: its, ...given }) => {
    const { gpu: of } = hostOf({ cpu: its, ...given }) ?? {};
    return (its?.kind === 'percent' && its.percent >= 15) || (of?.kind === 'percent' && of.percent >= 10);
  });
  check('its schedule runs', ({ session: { schedule } }) => schedule === alwaysOn);
  check('is kept running', ({ session: { keepRunningUntil } }) => (keepRunningUntil ?? now) > now);
  check('is not known to be unused', (given) => given.cpu?.kind !== 'percent' || hostOf(given) === null);
  check(
    'has a GPU that is not measured',
    (given) => given.session.gpuMaker !== null && hostOf(given)?.gpu.kind !== 'percent',
  );
  check('was used within the idle time', (given) => {
    const { runningSince, connectedAt } = given.session;
    const { disconnectedAgo, createdAgo } = hostOf(given) ?? {};
    const uses = [runningSince, connectedAt ?? runningSince, given.memory.lastAccess?.at ?? runningSince];
    const isKnown = given.memory.lastAccess?.mark === hostOf(given)?.accessMark;
    const told = isKnown ? [] : [disconnectedAgo, createdAgo].filter((each) => each != null).map(ago);
    return [...uses, ...told].some((at) => at > ago(hour));
  });
  check(
    'was warned of less than a warning ago, or never',
    ({ memory: { warnedAt } }) => warnedAt === null || warnedAt > ago(15 * minute),
  );

  test('and some are stopped: the facts are not all of use', () => {
    expect(stops).toBeGreaterThan(10);
  });
});
