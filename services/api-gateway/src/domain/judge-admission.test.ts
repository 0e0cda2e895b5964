import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Change,
  errorsOf,
  facts,
  faultsOf,
  g4dn,
  gpu,
  judge,
  policy,
  request,
  typeWith,
} from '../../test/example-admission.ts';
import type { StackFacts } from './admission.ts';
import type { InstanceTypeFacts } from './instance-type-rules.ts';
import { judgeAdmission } from './judge-admission.ts';

describe('what is asked for', () => {
  test.each<[string, Change, string[]]>([
    ['what fits', {}, []],
    ['the largest root volume', { request: { rootVolumeGiB: 100 } }, []],
    ['a root volume below the minimum, which is raised', { request: { rootVolumeGiB: 1 } }, []],
    ['no stack', { facts: { stack: null } }, ['unknown-software-stack /softwareStackId']],
    ['no instance type', { facts: { instanceType: null } }, ['unknown-instance-type /instanceType']],
    [
      'another architecture',
      { facts: { instanceType: typeWith({ architectures: ['arm64'] }) } },
      ['instance-type-not-allowed /instanceType'],
    ],
    ['just enough memory', { facts: { instanceType: typeWith({ memoryMiB: 4096 }) } }, []],
    [
      'too little memory',
      { facts: { instanceType: typeWith({ memoryMiB: 4095 }) } },
      ['instance-type-not-allowed /instanceType'],
    ],
    [
      'a GPU where one is needed',
      { stack: { requiresGpu: true }, facts: {} },
      ['instance-type-not-allowed /instanceType'],
    ],
    [
      'a type that the deployment hides',
      { facts: { instanceType: typeWith({ name: 'm7i.metal-24xl' }) } },
      ['instance-type-not-allowed /instanceType'],
    ],
    [
      'a type that cannot hibernate, where all have to',
      { offer: { requireHibernation: true }, facts: { instanceType: g4dn } },
      ['instance-type-not-allowed /instanceType'],
    ],
    ['one that can', { offer: { requireHibernation: true } }, []],
    [
      'one that cannot, where all have to, and the user wants it to',
      { request: { hibernation: true }, offer: { requireHibernation: true }, facts: { instanceType: g4dn } },
      ['hibernation-type-unsupported /instanceType'],
    ],
    [
      'a type like none of the patterns',
      { facts: { instanceType: typeWith({ name: 'xm7i.large' }) } },
      ['instance-type-not-allowed /instanceType'],
    ],
    [
      'a pattern whose dot is no wildcard',
      { facts: { instanceType: typeWith({ name: 'm7ixlarge' }) } },
      ['instance-type-not-allowed /instanceType'],
    ],
    ['a pattern with a question mark', { facts: { instanceType: typeWith({ name: 't3.large' }) } }, []],
    ['one GiB too many', { request: { rootVolumeGiB: 101 } }, ['root-volume-too-large /rootVolumeGiB']],
    ['a session type of the profile', { request: { sessionType: 'virtual' } }, []],
    [
      'a session type not of the profile',
      { request: { sessionType: 'console' } },
      ['session-type-not-allowed /sessionType'],
    ],
    ['a taken name', { facts: { nameTaken: true } }, ['name-taken /name']],
    ['a full quota', { facts: { liveSessions: { linux: 4, windows: 0 } } }, ['quota-exceeded ']],
    [
      'a full quota of the other system',
      { stack: { os: 'windows' }, facts: { liveSessions: { linux: 0, windows: 2 } } },
      ['quota-exceeded '],
    ],
    [
      'everything at once',
      {
        request: {
          hibernation: true,
          rootVolumeGiB: 500,
          sessionType: 'console',
          subnetId: 'subnet-z',
          projectId: 'x',
        },
        facts: { instanceType: g4dn, nameTaken: true },
      },
      [
        'hibernation-type-unsupported /instanceType',
        'root-volume-too-large /rootVolumeGiB',
        'session-type-not-allowed /sessionType',
        'unknown-subnet /subnetId',
        'unknown-project /projectId',
        'name-taken /name',
      ],
    ],
  ])('%s', (_what, change, faults) => {
    const verdict = judge(change);
    expect(faultsOf(verdict)).toEqual(faults);
    expect(verdict.admitted).toBe(faults.length === 0);
  });

  test('the first fault names the problem', () => {
    expect(judge({ facts: { stack: null, instanceType: null } })).toMatchObject({
      refusal: { code: 'unknown-software-stack', detail: expect.stringMatching(/^2 /) },
    });
  });

  test.each<[string, Change]>([
    ['instance types', { facts: { instanceTypesKnown: false, instanceType: null } }],
    ['subnets', { request: { subnetId: 'subnet-a' }, facts: { subnets: [] } }],
  ])('waits for %s that have not been read yet', (what, change) => {
    expect(judge(change)).toMatchObject({
      refusal: { code: 'service-unavailable', detail: expect.stringContaining(what), retryAfterSeconds: 5 },
    });
  });
});

/** Mostly this, so that enough desktops are admitted; now and then anything. */
const mostly = <Value>(value: Value, anything: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(value) }, anything);
const wishes = fc.record(
  {
    rootVolumeGiB: fc.integer({ min: 1, max: 400 }),
    hibernation: mostly(true, fc.constant(false)),
    subnetId: fc.constantFrom('subnet-a', 'subnet-b', 'subnet-c', 'subnet-z'),
  },
  { requiredKeys: ['hibernation'] },
);
const types: fc.Arbitrary<InstanceTypeFacts> = fc.record({
  name: mostly('m7i.large', fc.constantFrom('m7i.xlarge', 'g4dn.xlarge', 'x2gd.large')),
  vcpus: fc.integer({ min: 1, max: 192 }),
  memoryMiB: fc.oneof(
    fc.integer({ min: 512, max: 400 * 1024 }),
    fc.integer({ min: 512, max: 32 * 1024 }),
    fc.constantFrom(8, 16, 17, 149, 150, 151).map((memoryGiB) => memoryGiB * 1024),
  ),
  gpu: fc.constantFrom(null, gpu),
  architectures: mostly(['x86_64'], fc.constantFrom(['arm64'], ['i386', 'x86_64'])),
  hibernationSupported: mostly(true, fc.constant(false)),
  zones: mostly(['a', 'b', 'c'], fc.subarray(['a', 'b', 'c'])),
});
const stacks: fc.Arbitrary<StackFacts> = fc.record({
  id: fc.constant('stack'),
  name: fc.constant('Any'),
  os: fc.constantFrom('linux', 'windows'),
  architecture: fc.constant('x86_64'),
  requiresGpu: mostly(false, fc.constant(true)),
  minRootVolumeGiB: fc.integer({ min: 8, max: 120 }),
  minMemoryGiB: fc.constantFrom(0, 4, 32),
  allowedInstanceTypes: mostly(['m7i.*', 'g4dn.*'], fc.constant(['x2gd.*'])),
  allowedSessionTypes: fc.constant(['default']),
  maxRootVolumeGiB: fc.integer({ min: 8, max: 400 }),
  allowedSubnets: mostly([], fc.subarray(['subnet-a', 'subnet-b', 'subnet-c', 'subnet-old'])),
  projects: fc.constant([]),
  usersMayChangeSchedule: fc.boolean(),
  stopAtClose: fc.boolean(),
});

test('a desktop that is admitted with hibernation meets every precondition of EC2, and its profile', () => {
  let admitted = 0;
  fc.assert(
    fc.property(wishes, stacks, types, (wish, stack, instanceType) => {
      const verdict = judgeAdmission(
        { ...request, ...wish },
        { ...facts, stack, instanceType, otherTypes: [] },
        policy,
      );
      if (!verdict.admitted || !wish.hibernation) return;
      admitted += 1;
      const { rootVolumeGiB, hibernation } = verdict.admission;
      const memoryGiB = instanceType.memoryMiB / 1024;
      expect(hibernation).toBe(true);
      expect(instanceType.hibernationSupported).toBe(true);
      expect(stack.os === 'linux' ? memoryGiB < 150 : memoryGiB <= 16).toBe(true);
      expect(rootVolumeGiB).toBeGreaterThanOrEqual(stack.minRootVolumeGiB + memoryGiB);
      expect(rootVolumeGiB).toBeLessThanOrEqual(Math.max(stack.maxRootVolumeGiB, stack.minRootVolumeGiB));
      if (wish.rootVolumeGiB !== undefined) expect(rootVolumeGiB).toBe(wish.rootVolumeGiB);
    }),
    { numRuns: 3_000, seed: 1 },
  );
  expect(admitted).toBeGreaterThan(50);
});

/** Faults that are the same whatever the type. */
const ofTheSubnet = /^(unknown-subnet|subnet-not-allowed) /;

test('the type that a refusal names is admitted with the same wish', () => {
  let named = 0;
  fc.assert(
    fc.property(
      wishes,
      stacks,
      types,
      fc.array(types, { maxLength: 6 }),
      (wish, stack, instanceType, others) => {
        const { rootVolumeGiB: _, ...unsized } = wish;
        const otherTypes = others.map((other, index) => ({ ...other, name: `${other.name}${index}` }));
        const judgeType = (type: InstanceTypeFacts) =>
          judgeAdmission(
            { ...request, ...unsized },
            { ...facts, stack, instanceType: type, otherTypes },
            policy,
          );
        for (const { detail } of errorsOf(judgeType(instanceType))) {
          const name = /The nearest that fits is (\S+)\.$/.exec(detail)?.[1];
          const nearest = otherTypes.find((other) => other.name === name);
          if (name === undefined || !nearest) continue;
          named += 1;
          expect(faultsOf(judgeType(nearest)).filter((fault) => !ofTheSubnet.test(fault))).toEqual([]);
        }
      },
    ),
    { numRuns: 3_000, seed: 2 },
  );
  expect(named).toBeGreaterThan(200);
});
