import type { AdminSoftwareStack, Problem, Profile } from '@deskfleet/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { newProfile, newStack, uniqueName } from './new-entries.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(() => gateway.close());
afterEach(() => gateway.sessionManager.answerWith(null));

const nowhere = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10';
const admin = <Body = Problem>(route: string, body?: object) =>
  gateway.send<Body>('admin', route, body ? { body } : {});
const make = async <Body = AdminSoftwareStack>(kind: string, body: object) => {
  const answer = await admin<Body>(`POST /v1/admin/${kind}`, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};
const pointersOf = ({ body }: { body: Problem }) => body.errors?.map(({ pointer }) => pointer);

test.each<[string, object, string, string, RegExp]>([
  ['an unknown AMI', { image: 'ami-0ffffffffffffffff' }, 'unknown-image', '/image', /region/],
  [
    'an unknown graphics image',
    { graphicsImage: 'ami-0ffffffffffffffff' },
    'unknown-image',
    '/graphicsImage',
    /region/,
  ],
  [
    'an image for another architecture',
    { image: 'ami-0aaaaaaaaaaaaaaa3' },
    'image-mismatch',
    '/image',
    /linux for arm64.*linux for x86_64/,
  ],
  [
    'an image of another system',
    { graphicsImage: 'ami-0aaaaaaaaaaaaaaa4' },
    'image-mismatch',
    '/graphicsImage',
    /windows/,
  ],
  ['a base system of another kind', { baseOs: 'windows2022' }, 'base-os-mismatch', '/baseOs', /no Linux/],
  [
    'an unknown default type',
    { defaultInstanceType: 'm99.large' },
    'unknown-instance-type',
    '/defaultInstanceType',
    /m99/,
  ],
  [
    'a default type outside the profile',
    { defaultInstanceType: 'x2gd.large' },
    'instance-type-not-allowed',
    '/defaultInstanceType',
    /Offered: .*m7i/,
  ],
  [
    'a default type that the deployment hides',
    { defaultInstanceType: 't3.nano', minMemoryGiB: 0.5 },
    'instance-type-not-allowed',
    '/defaultInstanceType',
    /hides/,
  ],
  [
    'a default type with too little memory',
    { minMemoryGiB: 8.5 },
    'instance-type-not-allowed',
    '/defaultInstanceType',
    /at least 8.5 GiB/,
  ],
  [
    'a default type without the GPU',
    { requiresGpu: true },
    'instance-type-not-allowed',
    '/defaultInstanceType',
    /GPU/,
  ],
  [
    'a minimum beyond the profile',
    { minRootVolumeGiB: 1025 },
    'root-volume-too-large',
    '/minRootVolumeGiB',
    /1025 GiB.*1024 GiB/,
  ],
  ['an unknown profile', { profileId: nowhere }, 'unknown-profile', '/profileId', /GET/],
  ['an unknown project', { projectIds: [nowhere] }, 'unknown-project', '/projectIds/0', /GET/],
  [
    'a source that is no export',
    { mounts: [{ kind: 'nfs', source: 'files', target: '/data' }] },
    'mount-not-possible',
    '/mounts/0/source',
    /looks like/,
  ],
  [
    'a script of many bytes in few characters',
    { hookScript: '€'.repeat(1366) },
    'hook-script-too-large',
    '/hookScript',
    /4098 bytes/,
  ],
])('%s is refused', async (_what, change, code, pointer, says) => {
  const before = await gateway.writtenRows();
  const answer = await admin('POST /v1/admin/software-stacks', newStack(change));
  expect(answer.body).toMatchObject({ status: 422, code });
  expect(pointersOf(answer)).toEqual([pointer]);
  expect(answer.body.detail).toMatch(says);
  expect(await gateway.writtenRows()).toEqual(before);
});

test('everything that is wrong is told at once', async () => {
  const body = newStack({
    baseOs: 'windows2019',
    image: 'ami-0ffffffffffffffff',
    defaultInstanceType: 'x2gd.large',
    projectIds: [nowhere],
    mounts: [{ kind: 'nfs', source: '10.0.0.5:/x', target: '/etc' }],
  });
  const answer = await admin('POST /v1/admin/software-stacks', body);
  const pointers = ['/baseOs', '/image', '/defaultInstanceType', '/mounts/0/target', '/projectIds/0'];
  expect(pointersOf(answer)).toEqual(pointers);
});

describe('the images', () => {
  test('raise the minimum of the root volume, and the answer shows it', async () => {
    const smaller = newStack({ minRootVolumeGiB: 10 });
    const stack = await make('software-stacks', smaller);
    expect(stack.minRootVolumeGiB).toBe(20);
    const route = `PATCH /v1/admin/software-stacks/${stack.id}`;
    const graphics = await admin<AdminSoftwareStack>(route, { graphicsImage: 'ami-0aaaaaaaaaaaaaaa2' });
    expect(graphics.body.minRootVolumeGiB).toBe(80);
    const lower = await admin<AdminSoftwareStack>(route, { minRootVolumeGiB: 30 });
    expect(lower.body.minRootVolumeGiB).toBe(80);
    const without = await admin<AdminSoftwareStack>(route, { graphicsImage: null, minRootVolumeGiB: 30 });
    expect(without.body).toMatchObject({ graphicsImage: null, minRootVolumeGiB: 30 });
  });

  test('may be a parameter', async () => {
    const image = '/aws/service/some/image/parameter';
    expect(await make('software-stacks', newStack({ image }))).toMatchObject({ image, minRootVolumeGiB: 20 });
  });

  test('are not asked about by an edit of something else, so that it works while EC2 is away', async () => {
    const stack = await make('software-stacks', newStack());
    gateway.sessionManager.answerWith({ status: 503, body: { code: 'service-unavailable' } });
    const asked = gateway.sessionManager.requests.length;
    const route = `PATCH /v1/admin/software-stacks/${stack.id}`;
    expect((await admin(route, { enabled: false, description: 'Old' })).status).toBe(200);
    expect(gateway.sessionManager.requests).toHaveLength(asked);
    const image = await admin(route, { image: 'ami-0aaaaaaaaaaaaaaa2' });
    expect(image.body).toMatchObject({ status: 503, code: 'service-unavailable' });
    expect(image.headers.get('retry-after')).toBe('5');
  });
});

describe('what was wrong before', () => {
  test('stands in the way of no other edit, but a stack is switched on only when it fits', async () => {
    const profile = await make<Profile>('profiles', newProfile());
    const stack = await make('software-stacks', newStack({ profileId: profile.id }));
    const narrow = `update api_gateway.profiles set allowed_instance_types = '{c7i.*}' where id = $1`;
    await gateway.owner.query(narrow, [profile.id]);
    const route = `PATCH /v1/admin/software-stacks/${stack.id}`;
    expect((await admin(route, { description: 'Still ours' })).status).toBe(200);
    expect((await admin(route, { enabled: false })).status).toBe(200);
    const enabling = await admin(route, { enabled: true });
    expect(enabling.body).toMatchObject({ status: 422, code: 'instance-type-not-allowed' });
  });
});

describe('a profile', () => {
  test.each<[string, object, string, string]>([
    [
      'an unknown fallback type',
      { fallbackInstanceTypes: ['m7i.4xlarge', 'm99.large'] },
      'unknown-instance-type',
      '/fallbackInstanceTypes/1',
    ],
    [
      'a fallback type that it does not allow',
      { fallbackInstanceTypes: ['m7g.large'] },
      'instance-type-not-allowed',
      '/fallbackInstanceTypes/0',
    ],
    [
      'a hidden fallback type',
      { allowedInstanceTypes: ['*'], fallbackInstanceTypes: ['m5.metal'] },
      'instance-type-not-allowed',
      '/fallbackInstanceTypes/0',
    ],
  ])('with %s is refused', async (_what, change, code, pointer) => {
    const answer = await admin('POST /v1/admin/profiles', newProfile(change));
    expect(answer.body).toMatchObject({ status: 422, code });
    expect(pointersOf(answer)).toEqual([pointer]);
  });

  test('names subnets that there are, as soon as these are known', async () => {
    const allowedSubnets = ['subnet-0a', 'subnet-0b'];
    const before = await make<Profile>('profiles', newProfile({ allowedSubnets }));
    await gateway.owner.query(
      `insert into session_manager.subnets (id, zone, cidr, free_addresses, refreshed_at)
       values ('subnet-0a', 'us-east-1a', '10.0.0.0/24', 9, now())`,
    );
    const answer = await admin('POST /v1/admin/profiles', newProfile({ allowedSubnets }));
    expect(answer.body).toMatchObject({ status: 422, code: 'unknown-subnet' });
    expect(pointersOf(answer)).toEqual(['/allowedSubnets/1']);
    const name = uniqueName();
    expect((await admin(`PATCH /v1/admin/profiles/${before.id}`, { name })).status).toBe(200);
    await gateway.owner.query('delete from session_manager.subnets');
  });

  test('is not narrowed below what its software stacks need, unless they are switched off', async () => {
    const profile = await make<Profile>('profiles', newProfile());
    const stack = await make('software-stacks', newStack({ profileId: profile.id, minRootVolumeGiB: 90 }));
    const route = `PATCH /v1/admin/profiles/${profile.id}`;
    const narrow = { allowedInstanceTypes: ['g4dn.*'], maxRootVolumeGiB: 80 };
    const answer = await admin(route, narrow);
    expect(answer.body).toMatchObject({ status: 422, code: 'profile-too-narrow' });
    expect(pointersOf(answer)).toEqual(['/allowedInstanceTypes', '/maxRootVolumeGiB']);
    expect(answer.text).toContain(stack.name);
    expect((await admin(route, { maxRootVolumeGiB: 90 })).status).toBe(200);
    await admin(`PATCH /v1/admin/software-stacks/${stack.id}`, { enabled: false });
    expect((await admin(route, narrow)).status).toBe(200);
  });
});

test('before the instance types are known, nothing is said of them', async () => {
  const types = 'create table if not exists public.kept as select * from session_manager.instance_types';
  await gateway.owner.query(`${types}; delete from session_manager.instance_types`);
  const stack = await admin('POST /v1/admin/software-stacks', newStack());
  const profile = await admin(
    'POST /v1/admin/profiles',
    newProfile({ fallbackInstanceTypes: ['m7i.large'] }),
  );
  for (const { body } of [stack, profile]) expect(body).toMatchObject({ status: 503 });
  await gateway.owner.query('insert into session_manager.instance_types select * from public.kept');
});
