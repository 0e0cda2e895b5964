import type { Mount, OperatingSystem } from '@deskfleet/contracts';
import { expect, test } from 'vitest';
import { mountFaults } from './judge-mounts.ts';

const nfs: Mount = { kind: 'nfs', source: '10.0.0.5:/export', target: '/projects' };

test.each<[string, OperatingSystem, Mount[], string[]]>([
  ['nothing', 'linux', [], []],
  ['NFS on Linux', 'linux', [nfs], []],
  ['NFS by an IPv6 address', 'linux', [{ ...nfs, source: '[fd00::5]:/export' }], []],
  [
    'EFS and Lustre on Linux',
    'linux',
    [
      { kind: 'efs', source: 'fs-0123456789abcdef0:/', target: '/home' },
      {
        kind: 'fsx-lustre',
        source: 'fs-0123abcd.fsx.eu-central-1.amazonaws.com@tcp:/abc',
        target: '/scratch/fast',
      },
    ],
    [],
  ],
  ['anything on Windows, where the hook mounts', 'windows', [nfs], ['/mounts/0/kind']],
  ['Lustre without its port', 'linux', [{ ...nfs, kind: 'fsx-lustre' }], ['/mounts/0/source']],
  ['a source that is no NFS export', 'linux', [{ ...nfs, source: 'projects' }], ['/mounts/0/source']],
  ['one target twice', 'linux', [nfs, { ...nfs, target: '/projects/' }], ['/mounts/1/target']],
  ['the root', 'linux', [{ ...nfs, target: '//' }], ['/mounts/0/target']],
  ['a folder of the system', 'linux', [{ ...nfs, target: '/etc/' }], ['/mounts/0/target']],
  ['a way around', 'linux', [{ ...nfs, target: '/projects/../etc' }], ['/mounts/0/target']],
  ['an empty part', 'linux', [{ ...nfs, target: '/projects//x' }], ['/mounts/0/target']],
  ['a folder below one of the system', 'linux', [{ ...nfs, target: '/var/data' }], []],
])('%s', (_what, os, mounts, pointers) => {
  expect(mountFaults(mounts, os).map(({ pointer }) => pointer)).toEqual(pointers);
});
