import { expect, test } from 'vitest';
import { type AdmissionFacts, judgeAdmission } from './judge-admission.ts';

const request = { name: 'desk', softwareStackId: 'stack', instanceType: 'm7i.large' };
const quotas = { linux: 4, windows: 2 };
const stack: NonNullable<AdmissionFacts['stack']> = {
  id: 'stack',
  name: 'Linux',
  os: 'linux',
  architecture: 'x86_64',
  minRootVolumeGiB: 30,
  minMemoryGiB: 4,
  allowedInstanceTypes: ['m7i.*', 't3.?arge'],
  allowedSessionTypes: ['default', 'virtual'],
  maxRootVolumeGiB: 100,
};
const facts: AdmissionFacts = {
  stack,
  instanceType: {
    name: 'm7i.large',
    vcpus: 2,
    memoryMiB: 8192,
    gpu: null,
    architectures: ['x86_64'],
    hibernationSupported: true,
    zones: [],
  },
  instanceTypesKnown: true,
  liveSessions: { linux: 3, windows: 2 },
  nameTaken: false,
};
type Change = { request?: object; facts?: Partial<AdmissionFacts>; stack?: Partial<typeof stack> };
const judge = (change: Change) =>
  judgeAdmission(
    { ...request, ...change.request },
    { ...facts, ...(change.stack ? { stack: { ...stack, ...change.stack } } : {}), ...change.facts },
    quotas,
  );
const type = (change: Partial<NonNullable<AdmissionFacts['instanceType']>>) =>
  facts.instanceType && { ...facts.instanceType, ...change };

test.each<[string, Change, string[]]>([
  ['what fits', {}, []],
  ['the largest root volume', { request: { rootVolumeGiB: 100 } }, []],
  ['a root volume below the minimum, which is raised', { request: { rootVolumeGiB: 1 } }, []],
  ['no stack', { facts: { stack: null } }, ['/softwareStackId']],
  ['no instance type', { facts: { instanceType: null } }, ['/instanceType']],
  [
    'another architecture',
    { facts: { instanceType: type({ architectures: ['arm64'] }) } },
    ['/instanceType'],
  ],
  ['just enough memory', { facts: { instanceType: type({ memoryMiB: 4096 }) } }, []],
  ['too little memory', { facts: { instanceType: type({ memoryMiB: 4095 }) } }, ['/instanceType']],
  [
    'a type like none of the patterns',
    { facts: { instanceType: type({ name: 'xm7i.large' }) } },
    ['/instanceType'],
  ],
  [
    'a pattern whose dot is no wildcard',
    { facts: { instanceType: type({ name: 'm7ixlarge' }) } },
    ['/instanceType'],
  ],
  ['a pattern with a question mark', { facts: { instanceType: type({ name: 't3.large' }) } }, []],
  ['one GiB too many', { request: { rootVolumeGiB: 101 } }, ['/rootVolumeGiB']],
  ['a session type of the profile', { request: { sessionType: 'virtual' } }, []],
  ['a session type not of the profile', { request: { sessionType: 'console' } }, ['/sessionType']],
  ['a taken name', { facts: { nameTaken: true } }, ['/name']],
  ['a full quota', { facts: { liveSessions: { linux: 4, windows: 0 } } }, ['']],
  ['a full quota of the other system', { stack: { os: 'windows' } }, ['']],
  [
    'everything at once',
    {
      request: { rootVolumeGiB: 500, sessionType: 'console' },
      facts: { instanceType: null, nameTaken: true },
    },
    ['/instanceType', '/rootVolumeGiB', '/sessionType', '/name'],
  ],
])('%s', (_what, change, pointers) => {
  const verdict = judge(change);
  const found = verdict.admitted ? [] : (verdict.refusal.errors ?? []).map(({ pointer }) => pointer);
  expect(found).toEqual(pointers);
  expect(verdict.admitted).toBe(pointers.length === 0);
});

test('the first fault names the problem', () => {
  const verdict = judge({ facts: { stack: null, instanceType: null } });
  expect(verdict).toMatchObject({
    refusal: { code: 'unknown-software-stack', detail: expect.stringMatching(/^2 /) },
  });
});
