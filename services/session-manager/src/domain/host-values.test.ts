import { describe, expect, test } from 'vitest';
import { dcvSessionTypeOf } from './dcv-session-type-of.ts';
import { fstabLineOf } from './fstab-line-of.ts';
import { gpuOf } from './gpu-of.ts';

describe('how DCV shows a desktop', () => {
  const linux = {
    os: 'linux' as const,
    baseOs: 'rocky9',
    instanceType: 'm7i.large',
    sessionType: 'default' as const,
  };
  test.each([
    ['virtual', 'Linux without a GPU', linux],
    ['console', 'Ubuntu', { ...linux, baseOs: 'ubuntu2204' }],
    ['console', 'a G host', { ...linux, instanceType: 'g6.xlarge' }],
    ['console', 'a P host', { ...linux, instanceType: 'p5.48xlarge' }],
    [
      'virtual',
      'a G host, as asked for',
      { ...linux, instanceType: 'g6.xlarge', sessionType: 'virtual' as const },
    ],
    ['console', 'Linux without a GPU, as asked for', { ...linux, sessionType: 'console' as const }],
    [
      'console',
      'Windows, whatever was asked for',
      { ...linux, os: 'windows' as const, sessionType: 'virtual' as const },
    ],
  ])('%s: %s', (type, _why, spec) => {
    expect(dcvSessionTypeOf(spec)).toBe(type);
  });
});

test.each([
  ['grid', ['g4dn.xlarge', 'g5.xlarge', 'g6e.12xlarge', 'gr6.4xlarge', 'g7e.2xlarge']],
  ['other', ['g4ad.xlarge', 'p3.2xlarge', 'p4d.24xlarge', 'p5en.48xlarge']],
  ['none', ['m7g.large', 'c7gn.large', 't3.large', 'x2gd.large']],
])('GPU %s: %s', (gpu, types) => {
  for (const type of types) expect(gpuOf(type), type).toBe(gpu);
});

describe('a line of fstab', () => {
  test.each([
    ['efs', 'fs-0123:/home', 'fs-0123.efs.cn-north-1.amazonaws.com.cn:/home /x nfs4 '],
    ['efs', 'efs.example.org:/', 'efs.example.org:/ /x nfs4 '],
    ['fsx-lustre', 'fs-1@tcp:/n', 'fs-1@tcp:/n /x lustre relatime,flock,'],
    ['fsx-openzfs', 'fs-1:/fsx', 'fs-1:/fsx /x nfs nfsvers=4.1,'],
    ['fsx-ontap', 'svm-1:/vol1', 'svm-1:/vol1 /x nfs nfsvers=4.1,'],
    ['nfs', 'nas:/home', 'nas:/home /x nfs hard,'],
  ] as const)('of %s %s', (kind, source, start) => {
    const line = fstabLineOf({ kind, source, target: '/x' }, 'cn-north-1');
    expect(line.startsWith(start), line).toBe(true);
    expect(line.endsWith(',_netdev,nofail 0 0'), line).toBe(true);
  });

  test('has six fields whatever they contain', () => {
    const mount = { kind: 'nfs' as const, source: 'a b\n#c', target: '/d\te\\', options: 'rw x' };
    expect(fstabLineOf(mount, 'eu-west-1')).toBe(
      'a\\040b\\012\\043c /d\\011e\\134 nfs rw\\040x,_netdev,nofail 0 0',
    );
  });
});
