import type { LaunchSpec } from '../src/application/session-store.ts';

/** What a plain Linux desktop is launched from, with what differs. */
export function launchSpec(difference: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    sessionId: '01990000-0000-7000-8000-0000000000aa',
    owner: 'alice',
    ownerUid: 200_001,
    name: 'cfd',
    project: null,
    os: 'linux',
    baseOs: 'amazonlinux2023',
    architecture: 'x86_64',
    instanceType: 'm7i.large',
    fallbackInstanceTypes: [],
    minMemoryGiB: 4,
    rootVolumeGiB: 50,
    hibernation: false,
    sessionType: 'default',
    image: 'ami-1',
    graphicsImage: null,
    mounts: [],
    hookScript: null,
    subnetId: null,
    allowedSubnets: [],
    ...difference,
  };
}
