import { workingWeek } from '@deskfleet/contracts';
import type { AdmissionFacts, AdmissionPolicy, StackFacts } from '../src/domain/admission.ts';
import type { InstanceTypeFacts } from '../src/domain/instance-type-rules.ts';
import { type AdmissionVerdict, judgeAdmission } from '../src/domain/judge-admission.ts';
import type { StackProject } from '../src/domain/stack-visibility.ts';

export const request = { name: 'desk', softwareStackId: 'stack', instanceType: 'm7i.large' };
export const policy: AdmissionPolicy = {
  quotas: { linux: 4, windows: 2 },
  offer: { hiddenTypes: ['metal', 't2'], requireHibernation: false },
  schedules: { standard: workingWeek, timezone: 'UTC', usersMayChange: true },
};
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
  usersMayChangeSchedule: true,
  stopAtClose: false,
};
export const large: InstanceTypeFacts = {
  name: 'm7i.large',
  vcpus: 2,
  memoryMiB: 8192,
  gpu: null,
  architectures: ['x86_64'],
  hibernationSupported: true,
  zones: ['a', 'b'],
};
export const typeWith = (change: Partial<InstanceTypeFacts>) => ({ ...large, ...change });
export const gpu = { name: 'T4', manufacturer: 'NVIDIA', count: 1, memoryMiB: 16_384 };
export const g4dn = typeWith({
  name: 'g4dn.xlarge',
  vcpus: 4,
  memoryMiB: 16_384,
  gpu,
  hibernationSupported: false,
});
export const xlarge = typeWith({ name: 'm7i.xlarge', vcpus: 4, memoryMiB: 16_384 });
export const huge = typeWith({ name: 'm7i.16xlarge', vcpus: 64, memoryMiB: 262_144 });
export const otherTypes = [
  large,
  xlarge,
  typeWith({ name: 'm7i.4xlarge', vcpus: 16, memoryMiB: 65_536 }),
  g4dn,
  huge,
];
export const project = (change: Partial<StackProject> = {}): StackProject => ({
  id: 'apollo',
  name: 'Apollo',
  enabled: true,
  member: true,
  ...change,
});
export const hermes = project({ id: 'hermes', name: 'Hermes' });
export const facts: AdmissionFacts = {
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
  timezone: null,
};

export type Change = {
  request?: object;
  facts?: Partial<AdmissionFacts>;
  stack?: Partial<StackFacts>;
  offer?: Partial<AdmissionPolicy['offer']>;
  schedules?: Partial<AdmissionPolicy['schedules']>;
};
export const judge = (change: Change) =>
  judgeAdmission(
    { ...request, ...change.request },
    { ...facts, ...(change.stack ? { stack: { ...stack, ...change.stack } } : {}), ...change.facts },
    {
      ...policy,
      offer: { ...policy.offer, ...change.offer },
      schedules: { ...policy.schedules, ...change.schedules },
    },
  );
export const errorsOf = (verdict: AdmissionVerdict) =>
  verdict.admitted ? [] : (verdict.refusal.errors ?? []);
export const faultsOf = (verdict: AdmissionVerdict) =>
  errorsOf(verdict).map(({ code, pointer }) => `${code} ${pointer}`);
export const admissionOf = (change: Change) => {
  const verdict = judge(change);
  if (!verdict.admitted) throw new Error(verdict.refusal.detail);
  return verdict.admission;
};
