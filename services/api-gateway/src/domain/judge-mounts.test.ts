import type { Mount, OperatingSystem } from '@deskfleet/contracts';
import { expect, test } from 'vitest';
import { mountFaults } from './judge-mounts.ts';

const nfs: Mount = { kind: 'nfs', source: '10.0.0.5:/export', target: '/projects' };
const smb: Mount = { kind: 'smb', source: '\\\\files.example.org\\projects', target: 'P:' };

test.each<[string, OperatingSystem, Mount[], string[]]>([
  ['nothing', 'linux', [], []],
  ['NFS on Linux', 'linux', [nfs], []],
  ['NFS by an IPv6 address', 'linux', [{ ...nfs, source: '[fd00::5]:/export' }], []],
  [
    'EFS and Lustre on Linux',
    'linux',
    [
      { kind: 'efs', source: 'fs-0123456789abcdef0:/', target: '/home' },
      { kind: 'lustre', source: 'fs-0123456789abcdef0', target: '/scratch/fast' },
    ],
    [],
  ],
  ['a share on Windows', 'windows', [smb], []],
  ['a share on Linux', 'linux', [{ ...smb, target: '/projects' }], ['/mounts/0/kind']],
  ['NFS on Windows', 'windows', [{ ...nfs, target: 'P:' }], ['/mounts/0/kind']],
  ['a drive on Linux', 'linux', [{ ...nfs, target: 'P:' }], ['/mounts/0/target']],
  ['a path on Windows', 'windows', [{ ...smb, target: '/projects' }], ['/mounts/0/target']],
  ['a source that is no NFS export', 'linux', [{ ...nfs, source: 'projects' }], ['/mounts/0/source']],
  ['a source that is no share', 'windows', [{ ...smb, source: '//files/x' }], ['/mounts/0/source']],
  ['one target twice', 'linux', [nfs, { ...nfs, target: '/projects/' }], ['/mounts/1/target']],
  ['one drive twice', 'windows', [smb, smb], ['/mounts/1/target']],
  ['the root', 'linux', [{ ...nfs, target: '//' }], ['/mounts/0/target']],
  ['a folder of the system', 'linux', [{ ...nfs, target: '/etc/' }], ['/mounts/0/target']],
  ['a way around', 'linux', [{ ...nfs, target: '/projects/../etc' }], ['/mounts/0/target']],
  ['an empty part', 'linux', [{ ...nfs, target: '/projects//x' }], ['/mounts/0/target']],
  ['a folder below one of the system', 'linux', [{ ...nfs, target: '/var/data' }], []],
])('%s', (_what, os, mounts, pointers) => {
  expect(mountFaults(mounts, os).map(({ pointer }) => pointer)).toEqual(pointers);
});
