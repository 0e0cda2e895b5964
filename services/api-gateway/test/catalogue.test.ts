import { randomUUID } from 'node:crypto';
import type { InstanceTypeList, ProjectList, SoftwareStackList, SubnetList } from '@deskfleet/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, linuxStack, startTestGateway, windowsStack } from './gateway-fixture.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(() => gateway.close());

const typesOf = async (query: string, of = gateway, user = 'anna') =>
  (await of.send<InstanceTypeList>(user, `GET /v1/instance-types${query}`)).body.items;
const namesOf = async (query: string, of = gateway) => (await typesOf(query, of)).map(({ name }) => name);
const profile = '01990000-0000-7000-8000-000000000001';
const change = (assignment: string) =>
  gateway.owner.query(`update api_gateway.profiles set ${assignment} where id = '${profile}'`);

/** A project with its members, for which a software stack is kept. */
async function keepFor(stack: string, members: string[], enabled = true): Promise<string> {
  const id = randomUUID();
  await gateway.owner.query('insert into api_gateway.projects (id, name, enabled) values ($1, $2, $3)', [
    id,
    `Project ${id}`,
    enabled,
  ]);
  for (const member of members) {
    await gateway.owner.query('insert into api_gateway.project_members values ($1, $2)', [id, member]);
  }
  await gateway.owner.query('insert into api_gateway.software_stack_projects values ($1, $2)', [stack, id]);
  return id;
}

async function insertSubnets(): Promise<void> {
  await gateway.owner.query(
    `insert into session_manager.subnets (id, zone, cidr, name, free_addresses, refreshed_at)
     values ('subnet-b', 'us-east-1b', '10.0.1.0/24', null, 12, now()),
       ('subnet-a', 'us-east-1a', '10.0.0.0/24', 'Lab', 240, now())
     on conflict do nothing`,
  );
}

describe('instance types', () => {
  test('are offered 2D before 3D and smallest first, and of a stack only those that it may run on', async () => {
    const types = await typesOf(`?stack=${linuxStack}`);
    expect(types.map(({ name, group, label }) => `${group} ${name}: ${label}`)).toEqual([
      '2d m7i.large: 2D - Small (2 vCPUs - 8 GB RAM)',
      '2d m7i.4xlarge: 2D - Extra large (16 vCPUs - 64 GB RAM)',
      '3d g4dn.xlarge: 3D - Medium (GPU NVIDIA T4 - 4 vCPUs - 16 GB RAM)',
    ]);
  });

  test('are without a stack all but those that the deployment hides', async () => {
    expect(await namesOf('')).toEqual(['m7g.large', 'm7i.large', 'x2gd.large', 'm7i.4xlarge', 'g4dn.xlarge']);
    expect(await namesOf('?hibernation=true')).toEqual(['m7g.large', 'm7i.large', 'm7i.4xlarge']);
  });

  test('to hibernate on fit the operating system and the root volume', async () => {
    expect(await namesOf(`?stack=${linuxStack}&hibernation=true`)).toEqual(['m7i.large', 'm7i.4xlarge']);
    expect(await namesOf(`?stack=${windowsStack}&hibernation=true`)).toEqual(['m7i.large']);
    await change('max_root_volume_gib = 60');
    expect(await namesOf(`?stack=${linuxStack}&hibernation=true`)).toEqual(['m7i.large']);
    await change('max_root_volume_gib = 1024');
  });

  test('of a stack that needs a GPU have one', async () => {
    const require = (value: boolean) =>
      gateway.owner.query('update api_gateway.software_stacks set requires_gpu = $1', [value]);
    await require(true);
    expect(await namesOf(`?stack=${linuxStack}`)).toEqual(['g4dn.xlarge']);
    await require(false);
  });

  test('of a stack are offered in a zone where its desktops may be', async () => {
    await insertSubnets();
    await gateway.owner.query(
      `update session_manager.instance_types set zones = '{us-east-1a}' where name = 'm7i.4xlarge'`,
    );
    expect(await namesOf(`?stack=${linuxStack}`)).toContain('m7i.4xlarge');
    await change(`allowed_subnets = '{subnet-b}'`);
    expect(await namesOf(`?stack=${linuxStack}`)).toEqual(['m7i.large', 'g4dn.xlarge']);
    await change(`allowed_subnets = '{}'`);
    await gateway.owner.query(`update session_manager.instance_types set zones = '{}'`);
  });

  test('are hidden as the deployment says', async () => {
    const other = await startTestGateway({
      DCV_BLACKLIST_INSTANCE_TYPE: '4xlarge,m7g,t3.na',
      DCV_FORCE_INSTANCE_HIBERNATE_SUPPORT: 'True',
    });
    expect(await namesOf('', other)).toEqual(['m7i.large']);
    expect(await namesOf(`?stack=${linuxStack}`, other)).toEqual(['m7i.large']);
    await other.close();
  });
});

describe('subnets', () => {
  test('are all, or those where the desktops of a stack may be', async () => {
    await insertSubnets();
    const subnets = async (query = '') =>
      (await gateway.send<SubnetList>('anna', `GET /v1/subnets${query}`)).body.items;
    expect(await subnets()).toEqual([
      { id: 'subnet-a', zone: 'us-east-1a', name: 'Lab', freeAddresses: 240 },
      { id: 'subnet-b', zone: 'us-east-1b', name: null, freeAddresses: 12 },
    ]);
    await change(`allowed_subnets = '{subnet-b,subnet-gone}'`);
    expect((await subnets(`?stack=${linuxStack}`)).map(({ id }) => id)).toEqual(['subnet-b']);
    await change(`allowed_subnets = '{}'`);
    expect(await subnets(`?stack=${linuxStack}`)).toHaveLength(2);
  });
});

describe('software stacks', () => {
  const stacks = async (user: string) =>
    (await gateway.send<SoftwareStackList>(user, 'GET /v1/software-stacks')).body.items;

  test('tell what the launch form needs', async () => {
    expect((await stacks('anna')).find(({ id }) => id === linuxStack)).toEqual({
      id: linuxStack,
      name: 'Amazon Linux 2023',
      description: 'Linux desktop for engineering and science',
      os: 'linux',
      baseOs: 'amazonlinux2023',
      architecture: 'x86_64',
      minRootVolumeGiB: 30,
      maxRootVolumeGiB: 1024,
      minMemoryGiB: 4,
      requiresGpu: false,
      hibernation: true,
      allowedSessionTypes: ['default', 'console', 'virtual'],
      defaultInstanceType: 'm7i.large',
      projects: [],
    });
  });

  test('of which no type can hibernate say so', async () => {
    await change(`allowed_instance_types = '{g4dn.*}'`);
    expect((await stacks('anna')).map(({ hibernation }) => hibernation)).not.toContain(true);
    await change(`allowed_instance_types = '{m7i.*,g4dn.*,t3.*}'`);
  });

  test('that are kept for projects exist for their members and administrators only', async () => {
    const project = await keepFor(windowsStack, ['penny']);
    await keepFor(windowsStack, ['pedro'], false);
    const seenBy = async (user: string) => {
      const found = (await stacks(user)).find(({ id }) => id === windowsStack);
      return found ? found.projects.map(({ id }) => id) : null;
    };
    expect(await seenBy('penny')).toEqual([project]);
    expect(await seenBy('admin')).toEqual([project]);
    expect(await seenBy('pedro')).toBeNull();
    for (const list of ['instance-types', 'subnets']) {
      const answer = await gateway.send('pedro', `GET /v1/${list}?stack=${windowsStack}`);
      expect(answer.body).toMatchObject({ status: 422, code: 'unknown-software-stack' });
      expect((await gateway.send('penny', `GET /v1/${list}?stack=${windowsStack}`)).status).toBe(200);
    }
    await gateway.owner.query('delete from api_gateway.software_stack_projects');
  });
});

test('projects are the own ones, and all for an administrator', async () => {
  const [own, others] = [
    await keepFor(linuxStack, ['rosa', 'rolf']),
    await keepFor(linuxStack, ['rolf'], false),
  ];
  await gateway.owner.query('delete from api_gateway.software_stack_projects');
  const projects = async (user: string) =>
    (await gateway.send<ProjectList>(user, 'GET /v1/projects')).body.items;
  expect(await projects('rosa')).toEqual([
    { id: own, name: `Project ${own}`, description: '', enabled: true },
  ]);
  expect((await projects('rolf')).map(({ id, enabled }) => ({ id, enabled }))).toEqual(
    expect.arrayContaining([
      { id: own, enabled: true },
      { id: others, enabled: false },
    ]),
  );
  expect((await projects('admin')).map(({ id }) => id)).toEqual(expect.arrayContaining([own, others]));
  expect(await projects('nobody')).toEqual([]);
});
