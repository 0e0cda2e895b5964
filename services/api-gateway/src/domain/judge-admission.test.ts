import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AdmissionFacts, PlacedInstanceType, ProjectFacts, StackFacts } from './admission.ts';
import { type AdmissionVerdict, judgeAdmission } from './judge-admission.ts';

const request = { name: 'desk', softwareStackId: 'stack', instanceType: 'm7i.large' };
const quotas = { linux: 4, windows: 2 };
const stack: StackFacts = {
  id: 'stack',
  name: 'Linux',
  os: 'linux',
  architecture: 'x86_64',
  requiresGpu: false,
  minRootVolumeGiB: 30,
  minMemoryGiB: 4,
  allowedInstanceTypes: ['m7i.*', 'g4dn.*', 't3.?arge'],
  allowedSessionTypes: ['default', 'virtual'],
  maxRootVolumeGiB: 100,
  allowedSubnets: [],
  projects: [],
};
const large: PlacedInstanceType = {
  name: 'm7i.large',
  vcpus: 2,
  memoryMiB: 8192,
  gpu: null,
  architectures: ['x86_64'],
  hibernationSupported: true,
  zones: ['a', 'b'],
};
const type = (change: Partial<PlacedInstanceType>) => ({ ...large, ...change });
const gpu = { name: 'T4', manufacturer: 'NVIDIA', count: 1, memoryMiB: 16_384 };
const g4dn = type({ name: 'g4dn.xlarge', vcpus: 4, memoryMiB: 16_384, gpu, hibernationSupported: false });
const xlarge = type({ name: 'm7i.xlarge', vcpus: 4, memoryMiB: 16_384 });
const huge = type({ name: 'm7i.16xlarge', vcpus: 64, memoryMiB: 262_144 });
const otherTypes = [large, xlarge, type({ name: 'm7i.4xlarge', vcpus: 16, memoryMiB: 65_536 }), g4dn, huge];
const project = (change: Partial<ProjectFacts> = {}): ProjectFacts => ({
  id: 'apollo',
  name: 'Apollo',
  enabled: true,
  member: true,
  ...change,
});
const hermes = project({ id: 'hermes', name: 'Hermes' });
const facts: AdmissionFacts = {
  administrator: false,
  stack,
  instanceType: large,
  instanceTypesKnown: true,
  otherTypes,
  subnets: [
    { id: 'subnet-a', zone: 'a' },
    { id: 'subnet-b', zone: 'b' },
    { id: 'subnet-c', zone: 'c' },
  ],
  project: null,
  liveSessions: { linux: 3, windows: 1 },
  nameTaken: false,
};

type Change = { request?: object; facts?: Partial<AdmissionFacts>; stack?: Partial<StackFacts> };
const judge = (change: Change) =>
  judgeAdmission(
    { ...request, ...change.request },
    { ...facts, ...(change.stack ? { stack: { ...stack, ...change.stack } } : {}), ...change.facts },
    quotas,
  );
const errorsOf = (verdict: AdmissionVerdict) => (verdict.admitted ? [] : (verdict.refusal.errors ?? []));
const faultsOf = (verdict: AdmissionVerdict) =>
  errorsOf(verdict).map(({ code, pointer }) => `${code} ${pointer}`);
const admissionOf = (change: Change) => {
  const verdict = judge(change);
  if (!verdict.admitted) throw new Error(verdict.refusal.detail);
  return verdict.admission;
};

describe('what is asked for', () => {
  test.each<[string, Change, string[]]>([
    ['what fits', {}, []],
    ['the largest root volume', { request: { rootVolumeGiB: 100 } }, []],
    ['a root volume below the minimum, which is raised', { request: { rootVolumeGiB: 1 } }, []],
    ['no stack', { facts: { stack: null } }, ['unknown-software-stack /softwareStackId']],
    ['no instance type', { facts: { instanceType: null } }, ['unknown-instance-type /instanceType']],
    [
      'another architecture',
      { facts: { instanceType: type({ architectures: ['arm64'] }) } },
      ['instance-type-not-allowed /instanceType'],
    ],
    ['just enough memory', { facts: { instanceType: type({ memoryMiB: 4096 }) } }, []],
    [
      'too little memory',
      { facts: { instanceType: type({ memoryMiB: 4095 }) } },
      ['instance-type-not-allowed /instanceType'],
    ],
    [
      'a GPU where one is needed',
      { stack: { requiresGpu: true }, facts: {} },
      ['instance-type-not-allowed /instanceType'],
    ],
    [
      'a type like none of the patterns',
      { facts: { instanceType: type({ name: 'xm7i.large' }) } },
      ['instance-type-not-allowed /instanceType'],
    ],
    [
      'a pattern whose dot is no wildcard',
      { facts: { instanceType: type({ name: 'm7ixlarge' }) } },
      ['instance-type-not-allowed /instanceType'],
    ],
    ['a pattern with a question mark', { facts: { instanceType: type({ name: 't3.large' }) } }, []],
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

describe('hibernation', () => {
  const asked = { hibernation: true };

  test.each<[string, Change, string[]]>([
    ['a type that can', { request: asked }, []],
    [
      'a type that cannot',
      { request: asked, facts: { instanceType: g4dn } },
      ['hibernation-type-unsupported /instanceType'],
    ],
    ['a type that cannot, of a desktop that need not', { facts: { instanceType: g4dn } }, []],
    [
      'Linux with just less than 150 GiB',
      {
        request: asked,
        stack: { maxRootVolumeGiB: 500 },
        facts: { instanceType: type({ memoryMiB: 150 * 1024 - 1 }) },
      },
      [],
    ],
    [
      'Linux with 150 GiB',
      {
        request: asked,
        stack: { maxRootVolumeGiB: 500 },
        facts: { instanceType: type({ memoryMiB: 150 * 1024 }) },
      },
      ['hibernation-memory-too-large /instanceType'],
    ],
    [
      'Windows with 16 GiB',
      { request: asked, stack: { os: 'windows' }, facts: { instanceType: xlarge } },
      [],
    ],
    [
      'Windows with more',
      { request: asked, stack: { os: 'windows' }, facts: { instanceType: type({ memoryMiB: 16_385 }) } },
      ['hibernation-memory-too-large /instanceType'],
    ],
    [
      'both at once',
      { request: asked, facts: { instanceType: type({ memoryMiB: 262_144, hibernationSupported: false }) } },
      ['hibernation-type-unsupported /instanceType', 'hibernation-memory-too-large /instanceType'],
    ],
    ['a root volume with just enough room', { request: { ...asked, rootVolumeGiB: 38 } }, []],
    [
      'a root volume with too little room',
      { request: { ...asked, rootVolumeGiB: 37 } },
      ['root-volume-too-small-to-hibernate /rootVolumeGiB'],
    ],
    [
      'memory that the profile leaves no room for',
      { request: asked, facts: { instanceType: type({ memoryMiB: 71 * 1024 }) } },
      ['root-volume-too-small-to-hibernate /instanceType'],
    ],
  ])('%s', (_what, change, faults) => {
    expect(faultsOf(judge(change))).toEqual(faults);
  });

  test('raises a root volume that nobody named to system and memory', () => {
    expect(admissionOf({ request: asked })).toMatchObject({ hibernation: true, rootVolumeGiB: 38 });
    const half = type({ memoryMiB: 4608 });
    expect(admissionOf({ request: asked, facts: { instanceType: half } }).rootVolumeGiB).toBe(35);
    expect(admissionOf({})).toMatchObject({ hibernation: false, rootVolumeGiB: 30 });
  });

  test.each<[string, Change, string]>([
    [
      'the nearest type',
      { request: asked, facts: { instanceType: g4dn } },
      'EC2 does not hibernate g4dn.xlarge. Choose another type, or leave hibernation out. The nearest that fits is m7i.xlarge.',
    ],
    [
      'the nearest type and the root volume that it needs',
      { request: { ...asked, rootVolumeGiB: 40 }, facts: { instanceType: g4dn } },
      'The nearest that fits is m7i.xlarge, with a root volume of at least 46 GiB.',
    ],
    [
      'the rule of Linux',
      { request: asked, facts: { instanceType: huge } },
      'EC2 hibernates Linux desktops with less than 150 GiB of memory; m7i.16xlarge has 256 GiB.',
    ],
    [
      'the rule of Windows',
      { request: asked, stack: { os: 'windows' }, facts: { instanceType: huge } },
      'at most 16 GiB of memory; m7i.16xlarge has 256 GiB. Choose another type, or leave hibernation out. The nearest that fits is m7i.xlarge.',
    ],
    [
      'the sum',
      { request: { ...asked, rootVolumeGiB: 20 } },
      'the root volume needs 38 GiB (30 for the system and 8 for its memory). Ask for at least 38 GiB, or leave rootVolumeGiB out.',
    ],
    [
      'that the profile forbids it',
      { request: { ...asked, rootVolumeGiB: 90 }, facts: { instanceType: type({ memoryMiB: 71 * 1024 }) } },
      'needs 101 GiB (30 for the system and 71 for its memory), and this software stack allows at most 100 GiB.',
    ],
    [
      'that nothing fits',
      { request: asked, stack: { allowedInstanceTypes: ['g4dn.*'] }, facts: { instanceType: g4dn } },
      'No type that is offered fits.',
    ],
  ])('a refusal names %s', (_what, change, sentence) => {
    const [error] = errorsOf(judge(change));
    expect(error?.detail).toContain(sentence);
  });

  test('the list of types is asked for only when it would help', () => {
    const wants = (change: Change) => {
      const verdict = judge({ ...change, facts: { otherTypes: null, ...change.facts } });
      return verdict.admitted ? null : verdict.wantsOtherTypes;
    };
    expect(wants({ request: asked, facts: { instanceType: g4dn } })).toBe(true);
    expect(wants({ facts: { nameTaken: true } })).toBe(false);
    expect(wants({ request: asked, facts: { instanceType: g4dn, otherTypes } })).toBe(false);
  });
});

describe('the subnet', () => {
  const in_ = (subnetId: string, change: Change = {}): Change => ({ ...change, request: { subnetId } });
  const onlyC = { allowedSubnets: ['subnet-c'] };

  test.each<[string, Change, string[]]>([
    ['one that there is', in_('subnet-a'), []],
    ['one that there is not', in_('subnet-z'), ['unknown-subnet /subnetId']],
    ['one of the profile', in_('subnet-b', { stack: { allowedSubnets: ['subnet-b'] } }), []],
    [
      'one not of the profile',
      in_('subnet-a', { stack: { allowedSubnets: ['subnet-b'] } }),
      ['subnet-not-allowed /subnetId'],
    ],
    ['one whose zone does not offer the type', in_('subnet-c'), ['instance-type-not-in-zone /subnetId']],
    [
      'a type whose zones are not known',
      in_('subnet-c', { facts: { instanceType: type({ zones: [] }) } }),
      [],
    ],
    [
      'none, where only another zone is allowed',
      { stack: onlyC },
      ['instance-type-not-in-zone /instanceType'],
    ],
    ['none, and no zones are known', { stack: onlyC, facts: { instanceType: type({ zones: [] }) } }, []],
    ['none, before the subnets are known', { stack: onlyC, facts: { subnets: [] } }, []],
    [
      'none, where the profile allows only what is gone',
      { stack: { allowedSubnets: ['subnet-old'] } },
      ['subnet-not-allowed /softwareStackId'],
    ],
  ])('%s', (_what, change, faults) => {
    expect(faultsOf(judge(change))).toEqual(faults);
  });

  test.each<[string, Change, string]>([
    ['an unknown subnet', in_('subnet-z'), 'Choose one of subnet-a (a), subnet-b (b), subnet-c (c), or'],
    [
      'a forbidden one',
      in_('subnet-a', { stack: onlyC }),
      'Choose one of subnet-c (c), or leave subnetId out.',
    ],
    ['a zone without the type', in_('subnet-c'), 'It is offered in subnet-a (a), subnet-b (b).'],
    [
      'the nearest type of the chosen zone',
      in_('subnet-c', { facts: { otherTypes: [large, { ...xlarge, zones: ['c'] }] } }),
      'The nearest that fits is m7i.xlarge.',
    ],
    [
      'the nearest type of the zones that are allowed',
      { stack: onlyC, facts: { otherTypes: [large, { ...xlarge, zones: ['c'] }] } },
      "in c, where this software stack's desktops may be. Choose another type. The nearest that fits is m7i.xlarge.",
    ],
  ])('the way out of %s', (_what, change, sentence) => {
    const [error] = errorsOf(judge(change));
    expect(error?.detail).toContain(sentence);
  });
});

describe('the project', () => {
  const kept = (...projects: ProjectFacts[]) => ({ projects });
  const foreign = project({ member: false });

  test.each<[string, Change, string | null | string[]]>([
    ['none', {}, null],
    ['one of their own', { request: { projectId: 'apollo' }, facts: { project: project() } }, 'apollo'],
    ['one that there is not', { request: { projectId: 'x' } }, ['unknown-project /projectId']],
    [
      'one of other people',
      { request: { projectId: 'apollo' }, facts: { project: foreign } },
      ['unknown-project /projectId'],
    ],
    [
      'one of other people, for an administrator',
      { request: { projectId: 'apollo' }, facts: { project: foreign, administrator: true } },
      'apollo',
    ],
    [
      'one that is switched off',
      { request: { projectId: 'apollo' }, facts: { project: project({ enabled: false }) } },
      ['project-disabled /projectId'],
    ],
    [
      'the only one that fits, which needs no name',
      { stack: kept(project(), { ...hermes, member: false }) },
      'apollo',
    ],
    [
      'two that fit, of which none is named',
      { stack: kept(project(), hermes) },
      ['project-required /projectId'],
    ],
    [
      'two that fit, of which one is named',
      { request: { projectId: 'hermes' }, stack: kept(project(), hermes), facts: { project: hermes } },
      'hermes',
    ],
    [
      'one that the stack is not kept for',
      { request: { projectId: 'hermes' }, stack: kept(project()), facts: { project: hermes } },
      ['project-not-allowed /projectId'],
    ],
    [
      'a stack of other people, which is none',
      { stack: kept(foreign) },
      ['unknown-software-stack /softwareStackId'],
    ],
    [
      'a stack of a project that is switched off',
      { stack: kept(project({ enabled: false })) },
      ['unknown-software-stack /softwareStackId'],
    ],
    [
      'a stack of other people, for an administrator who names none',
      { stack: kept(foreign), facts: { administrator: true } },
      ['project-required /projectId'],
    ],
  ])('%s', (_what, change, expected) => {
    const verdict = judge(change);
    const found = verdict.admitted ? (verdict.admission.project?.id ?? null) : faultsOf(verdict);
    expect(found).toEqual(expected);
  });

  test('a refusal names only what the caller may know', () => {
    const secret = project({ id: 'secret', name: 'Secret', member: false });
    const told = errorsOf(judge({ stack: kept(project(), hermes, secret) }))[0]?.detail;
    expect(told).toContain('Apollo (apollo), Hermes (hermes).');
    const named = errorsOf(
      judge({
        request: { projectId: 'x' },
        stack: kept(project(), secret),
        facts: { project: { ...hermes, id: 'x' } },
      }),
    )[0]?.detail;
    expect(named).not.toContain('Secret');
  });
});

const wishes = fc.record(
  {
    rootVolumeGiB: fc.integer({ min: 1, max: 400 }),
    hibernation: fc.boolean(),
    subnetId: fc.constantFrom('subnet-a', 'subnet-b', 'subnet-c', 'subnet-z'),
  },
  { requiredKeys: ['hibernation'] },
);
const types: fc.Arbitrary<PlacedInstanceType> = fc.record({
  name: fc.constantFrom('m7i.large', 'm7i.xlarge', 'g4dn.xlarge', 'x2gd.large'),
  vcpus: fc.integer({ min: 1, max: 192 }),
  memoryMiB: fc.oneof(
    fc.integer({ min: 512, max: 400 * 1024 }),
    fc.integer({ min: 512, max: 32 * 1024 }),
    fc.constantFrom(8, 16, 17, 149, 150, 151).map((memoryGiB) => memoryGiB * 1024),
  ),
  gpu: fc.constantFrom(null, gpu),
  architectures: fc.constantFrom(['x86_64'], ['arm64'], ['i386', 'x86_64']),
  hibernationSupported: fc.boolean(),
  zones: fc.subarray(['a', 'b', 'c']),
});
const stacks: fc.Arbitrary<StackFacts> = fc.record({
  id: fc.constant('stack'),
  name: fc.constant('Any'),
  os: fc.constantFrom('linux', 'windows'),
  architecture: fc.constant('x86_64'),
  requiresGpu: fc.constantFrom(false, false, false, true),
  minRootVolumeGiB: fc.integer({ min: 8, max: 120 }),
  minMemoryGiB: fc.constantFrom(0, 4, 32),
  allowedInstanceTypes: fc.constantFrom(['*'], ['m7i.*', 'g4dn.*']),
  allowedSessionTypes: fc.constant(['default']),
  maxRootVolumeGiB: fc.integer({ min: 8, max: 400 }),
  allowedSubnets: fc.subarray(['subnet-a', 'subnet-b', 'subnet-c', 'subnet-old']),
  projects: fc.constant([]),
});

test('a desktop that is admitted with hibernation meets every precondition of EC2, and its profile', () => {
  let admitted = 0;
  fc.assert(
    fc.property(wishes, stacks, types, (wish, stack, instanceType) => {
      const verdict = judgeAdmission(
        { ...request, ...wish },
        { ...facts, stack, instanceType, otherTypes: [] },
        quotas,
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
    { numRuns: 5_000, seed: 1 },
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
        const judgeType = (type: PlacedInstanceType) =>
          judgeAdmission(
            { ...request, ...unsized },
            { ...facts, stack, instanceType: type, otherTypes },
            quotas,
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
    { numRuns: 5_000, seed: 2 },
  );
  expect(named).toBeGreaterThan(50);
});
