import { randomUUID } from 'node:crypto';

/** The profile of the base software stacks. */
export const standardProfile = '01990000-0000-7000-8000-000000000001';

export const uniqueName = () => `Entry ${randomUUID().slice(0, 13)}`;

/** Bodies that make an entry of each kind, changed as told. */
export function newStack(change: object = {}) {
  return {
    name: uniqueName(),
    os: 'linux',
    baseOs: 'rocky9',
    architecture: 'x86_64',
    image: 'ami-0aaaaaaaaaaaaaaa1',
    minMemoryGiB: 4,
    defaultInstanceType: 'm7i.large',
    profileId: standardProfile,
    ...change,
  };
}

export function newProfile(change: object = {}) {
  return { name: uniqueName(), allowedInstanceTypes: ['m7i.*', 'g4dn.*'], maxRootVolumeGiB: 200, ...change };
}

export function newProject(change: object = {}) {
  return { name: uniqueName(), ...change };
}

export function newPermissionSet(change: object = {}) {
  return { name: uniqueName(), features: ['display', 'pointer'], ...change };
}
