import type { BootedHost, HostUnderTest } from './boot-linux-host.ts';

export const ubuntu: HostUnderTest = {
  distribution: 'ubuntu-24.04',
  platform: 'ubuntu2404',
  spec: { baseOs: 'ubuntu2404' },
};
export const rocky: HostUnderTest = {
  distribution: 'rocky-9.4',
  platform: 'el9',
  spec: { baseOs: 'rocky9' },
};
export const amazonLinux: HostUnderTest = { distribution: 'amzn-2023', platform: 'amzn2023' };

export function installed({ calls }: BootedHost, manager: 'apt-get' | 'dnf'): string[] {
  return calls.filter(([name, ...args]) => name === manager && args.includes('install')).flat();
}

export const created = (host: BootedHost, boot: 'next' | 'another' = 'next') =>
  host.callsAt(boot).find(([, command]) => command === 'create-session');
