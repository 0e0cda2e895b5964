import type { BadRequest } from './bad-requests.ts';
import { linuxStack } from './gateway-fixture.ts';
import { newPermissionSet, newProfile, newProject, newStack, standardProfile } from './new-entries.ts';

const share = { kind: 'nfs', source: '10.0.0.5:/projects', target: '/projects' };

type Row = [what: string, change: object, pointer: string, says?: RegExp];

const stacks: Row[] = [
  ['a misspelt field', { graphicImage: null }, '/graphicImage', /Did you mean 'graphicsImage'\?/],
  ['no name', { name: undefined }, '/name', /missing/],
  ['a name with a line end', { name: 'a\nb' }, '/name', /1–64 characters/],
  ['a name with a space at its end', { name: 'Rocky ' }, '/name', /space/],
  ['a name that reads backwards', { name: 'a\u202eb' }, '/name', /control/],
  ['a name that is too long', { name: 'x'.repeat(65) }, '/name', /at most 64/],
  ['a description with a zero byte', { description: '\u0000' }, '/description'],
  ['an unknown base system', { baseOs: 'centos7' }, '/baseOs', /amazonlinux2023, .*windows2025/],
  ['an unknown architecture', { architecture: 'sparc' }, '/architecture', /x86_64, arm64/],
  ['an image that is a name', { image: 'my image' }, '/image', /AMI id, or the path/],
  ['a graphics image that is a name', { graphicsImage: 'my image' }, '/graphicsImage', /GPU/],
  ['a graphics image that is a number', { graphicsImage: 7 }, '/graphicsImage', /a string or null/],
  ['a minimum of 0 GiB', { minRootVolumeGiB: 0 }, '/minRootVolumeGiB', /at least 1/],
  ['no memory', { minMemoryGiB: 0 }, '/minMemoryGiB'],
  ['a profile that is a name', { profileId: 'Standard' }, '/profileId', /UUID/],
  [
    'a default type that is a pattern',
    { defaultInstanceType: 'm7i.*' },
    '/defaultInstanceType',
    /instance type/,
  ],
  ['a project twice', { projectIds: [standardProfile, standardProfile] }, '/projectIds', /once/],
  ['a mount of an unknown kind', { mounts: [{ ...share, kind: 'cifs' }] }, '/mounts/0/kind', /nfs/],
  ['a mount without a target', { mounts: [{ ...share, target: undefined }] }, '/mounts/0/target', /missing/],
  ['a mount of a line end', { mounts: [{ ...share, source: 'a:/\nb' }] }, '/mounts/0/source'],
  [
    'mount options with a quote',
    { mounts: [{ ...share, options: 'ro"' }] },
    '/mounts/0/options',
    /match|may|form|allowed/,
  ],
  ['eleven mounts', { mounts: Array(11).fill(share) }, '/mounts', /at most 10 entries/],
  ['a script with a zero byte', { hookScript: 'a\u0000b' }, '/hookScript', /zero byte/],
  ['an empty script', { hookScript: '' }, '/hookScript', /empty/],
  ['a script that is too long', { hookScript: 'x'.repeat(4097) }, '/hookScript', /at most 4096/],
];

const profiles: Row[] = [
  ['no allowed types', { allowedInstanceTypes: [] }, '/allowedInstanceTypes', /must not be empty/],
  [
    'a pattern of other characters',
    { allowedInstanceTypes: ['m7i.[lx]*'] },
    '/allowedInstanceTypes/0',
    /any text/,
  ],
  ['a fallback that is a pattern', { fallbackInstanceTypes: ['m7i.*'] }, '/fallbackInstanceTypes/0'],
  ['a volume of no GiB', { maxRootVolumeGiB: 0 }, '/maxRootVolumeGiB'],
  ['a subnet of another form', { allowedSubnets: ['10.0.0.0/24'] }, '/allowedSubnets/0', /subnet/],
  ['no session types', { allowedSessionTypes: [] }, '/allowedSessionTypes', /must not be empty/],
  ['an unknown session type', { allowedSessionTypes: ['tty'] }, '/allowedSessionTypes/0', /default, console/],
  ['an unknown fallback', { hibernationFallback: 'terminate' }, '/hibernationFallback', /none, stop/],
  ['an idle policy that is none', { idlePolicy: null }, '/idlePolicy', /an object/],
  ['a misspelt idle rule', { idlePolicy: { idleHour: 2 } }, '/idlePolicy/idleHour', /'idleHours'/],
  ['less than no idle time', { idlePolicy: { idleHours: -1 } }, '/idlePolicy/idleHours', /at least 0/],
  ['an idle time of text', { idlePolicy: { idleHours: '2 h' } }, '/idlePolicy/idleHours', /a number/],
  ['an idle time of years', { idlePolicy: { idleHours: 8_761 } }, '/idlePolicy/idleHours', /at most 8760/],
  ['a threshold of nothing', { idlePolicy: { cpuThresholdPercent: 0 } }, '/idlePolicy/cpuThresholdPercent'],
  [
    'a threshold above all',
    { idlePolicy: { gpuThresholdPercent: 101 } },
    '/idlePolicy/gpuThresholdPercent',
    /at most 100/,
  ],
  [
    'an unknown signal',
    { idlePolicy: { ignoredSignals: ['disk'] } },
    '/idlePolicy/ignoredSignals/0',
    /cpu, gpu/,
  ],
  [
    'a signal twice',
    { idlePolicy: { ignoredSignals: ['gpu', 'gpu'] } },
    '/idlePolicy/ignoredSignals',
    /once/,
  ],
];

const projects: Row[] = [
  ['a member without a name', { members: [''] }, '/members/0'],
  ['a member with a control character', { members: ['al\u0000ice'] }, '/members/0', /control/],
  ['a member twice', { members: ['alice', 'alice'] }, '/members', /once/],
  ['a member that is a number', { members: [7] }, '/members/0', /a string/],
];

const refuse = (route: string, body: (change: object) => object, rows: Row[]): BadRequest[] =>
  rows.map(([what, change, pointer, says]) => ({
    what: `${what} (${route})`,
    user: 'admin',
    route,
    body: body(change),
    status: 400,
    code: 'invalid-request',
    pointer,
    ...(says ? { says } : {}),
  }));

/** Requests of administrators that must be refused, and how. */
export const badAdministration: BadRequest[] = [
  ...refuse('POST /v1/admin/software-stacks', newStack, stacks),
  ...refuse('POST /v1/admin/profiles', newProfile, profiles),
  ...refuse('POST /v1/admin/projects', newProject, projects),
  ...refuse('POST /v1/admin/permission-sets', newPermissionSet, [
    ['an unknown feature', { features: ['display', 'root'] }, '/features/1', /audio-in, .*webcam/],
    ['a feature with a line end', { features: ['display\nbob allow builtin'] }, '/features/0'],
    ['no features', { features: [] }, '/features', /must not be empty/],
    ['a feature twice', { features: ['display', 'display'] }, '/features', /once/],
  ]),
  ...refuse(`PATCH /v1/admin/software-stacks/${linuxStack}`, (change) => change, [
    ['another operating system', { os: 'windows' }, '/os', /There is no field 'os'/],
    ['another architecture', { architecture: 'arm64' }, '/architecture'],
    ['null as a name', { name: null }, '/name'],
    ['nothing', {}, '', /at least one field/],
  ]),
  {
    what: 'an If-Match that is no ETag',
    user: 'admin',
    route: `PATCH /v1/admin/software-stacks/${linuxStack}`,
    body: { description: 'x' },
    headers: { 'if-match': 'latest' },
    status: 400,
    code: 'invalid-request',
    pointer: '/if-match',
    says: /in quotes/,
  },
  {
    what: 'a cursor of another list of administrators',
    user: 'admin',
    route: `GET /v1/admin/profiles?cursor=${Buffer.from(`k:${linuxStack}`).toString('base64url')}`,
    status: 400,
    code: 'invalid-cursor',
  },
  {
    what: 'a filter that there is not',
    user: 'admin',
    route: 'GET /v1/admin/projects?member=alice',
    status: 400,
    code: 'invalid-request',
    pointer: '/member',
  },
  {
    what: 'subnets of no UUID',
    route: 'GET /v1/subnets?stack=linux',
    status: 400,
    code: 'invalid-request',
    pointer: '/stack',
  },
  {
    what: 'hibernation that is neither true nor false',
    route: 'GET /v1/instance-types?hibernation=maybe',
    status: 400,
    code: 'invalid-request',
    pointer: '/hibernation',
    says: /true or false/,
  },
];
