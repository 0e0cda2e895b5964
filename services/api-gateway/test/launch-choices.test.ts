import { randomUUID } from 'node:crypto';
import { type Session, type SessionList, SessionSchema } from '@deskfleet/contracts';
import Value from 'typebox/value';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { arrangeZones, subnetA, subnetB } from './arrange-zones.ts';
import { type Gateway, linuxStack, startTestGateway } from './gateway-fixture.ts';

const apollo = '01990000-0000-7000-8000-000000000021';
const hermes = '01990000-0000-7000-8000-000000000022';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0', DCV_LINUX_SESSION_COUNT: '50' });
  await arrangeZones(gateway.owner);
  await gateway.owner.query(
    `insert into api_gateway.projects (id, name) values ('${apollo}', 'Apollo'), ('${hermes}', 'Hermes')`,
  );
  await gateway.owner.query(
    `insert into api_gateway.project_members (project_id, user_name)
     values ('${apollo}', 'anna'), ('${apollo}', 'both'), ('${hermes}', 'both')`,
  );
});
afterAll(() => gateway.close());
beforeEach(async () => {
  await gateway.owner.query('delete from api_gateway.software_stack_projects');
  await gateway.owner.query(`update api_gateway.profiles set allowed_subnets = '{}'`);
});

const wish = (change: object = {}) => ({
  name: `desk ${randomUUID()}`,
  softwareStackId: linuxStack,
  instanceType: 'm7i.large',
  ...change,
});
const refusalOf = async (user: string, change: object) =>
  (await gateway.send(user, 'POST /v1/sessions', { body: wish(change) })).body;

test('hibernation, subnet and project are kept, shown, told and audited', async () => {
  const asked = { hibernation: true, subnetId: subnetB, projectId: apollo };
  const { body: session } = await gateway.send<Session>('anna', 'POST /v1/sessions', { body: wish(asked) });
  expect(session).toMatchObject({
    hibernation: true,
    subnetId: subnetB,
    project: { id: apollo, name: 'Apollo' },
    rootVolumeGiB: 38,
  });
  expect(Value.Check(SessionSchema, session)).toBe(true);
  expect((await gateway.send('anna', `GET /v1/sessions/${session.id}`)).body).toEqual(session);
  const { rows } = await gateway.owner.query(
    `select s.hibernation, s.subnet_id, s.project_id, s.root_volume_gib, a.detail, o.event::json -> 'data' as told
     from api_gateway.sessions s, api_gateway.audit_log a, api_gateway.outbox o
     where s.id = $1 and a.session_id = s.id and o.subject like '%' || s.id`,
    [session.id],
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    hibernation: true,
    subnet_id: subnetB,
    project_id: apollo,
    root_volume_gib: 38,
    detail: { ...asked, rootVolumeGiB: 38 },
    told: { hibernation: true, projectId: apollo },
  });
});

test('who chooses nothing gets no hibernation, any subnet and no project', async () => {
  const session = await gateway.create('otto');
  expect(session).toMatchObject({ hibernation: false, subnetId: null, project: null });
});

test('shows the subnet in which the desktop has been launched', async () => {
  const { id } = await gateway.create('otto');
  await gateway.setState(id, 'running', { instance_id: 'i-77', subnet_id: subnetA });
  const { body } = await gateway.send<Session>('otto', `GET /v1/sessions/${id}`);
  expect(body.subnetId).toBe(subnetA);
});

test('a size that was named is kept when the memory fits on it', async () => {
  const session = await gateway.create('otto', { hibernation: true, rootVolumeGiB: 100 });
  expect(session.rootVolumeGiB).toBe(100);
});

describe('the subnets of the profile', () => {
  test('are the only ones', async () => {
    await gateway.owner.query('update api_gateway.profiles set allowed_subnets = $1', [[subnetB]]);
    expect(await refusalOf('otto', { subnetId: subnetA })).toMatchObject({ code: 'subnet-not-allowed' });
    expect((await gateway.create('otto', { subnetId: subnetB })).subnetId).toBe(subnetB);
  });

  test('have to offer the type, and a refusal names the nearest that they do', async () => {
    await gateway.owner.query('update api_gateway.profiles set allowed_subnets = $1', [[subnetB]]);
    const refusal = await refusalOf('otto', { instanceType: 'm7i.4xlarge' });
    expect(refusal).toMatchObject({ status: 422, code: 'instance-type-not-in-zone' });
    expect(refusal.detail).toContain('us-east-1b');
    expect(refusal.detail).toMatch(/The nearest that fits is m7i\.xlarge\.$/);
    expect(refusal.errors).toEqual([
      { code: 'instance-type-not-in-zone', pointer: '/instanceType', detail: refusal.detail },
    ]);
  });
});

describe('a stack that is kept for projects', () => {
  const keepFor = async (...projects: string[]) => {
    for (const project of projects) {
      await gateway.owner.query(
        'insert into api_gateway.software_stack_projects (software_stack_id, project_id) values ($1, $2)',
        [linuxStack, project],
      );
    }
  };

  test('does not exist for others', async () => {
    await keepFor(apollo);
    expect(await refusalOf('otto', {})).toMatchObject({ code: 'unknown-software-stack' });
  });

  test('takes the only project of the caller that fits, and asks which when there are two', async () => {
    await keepFor(apollo, hermes);
    expect((await gateway.create('anna')).project).toEqual({ id: apollo, name: 'Apollo' });
    const refusal = await refusalOf('both', {});
    expect(refusal).toMatchObject({ status: 422, code: 'project-required' });
    expect(refusal.detail).toContain(`Apollo (${apollo}), Hermes (${hermes})`);
    expect((await gateway.create('both', { projectId: hermes })).project?.name).toBe('Hermes');
  });

  test('lets an administrator use it for any of its projects', async () => {
    await keepFor(apollo);
    expect(await refusalOf('admin', {})).toMatchObject({ code: 'project-required' });
    expect((await gateway.create('admin', { projectId: apollo })).project?.id).toBe(apollo);
    expect(await refusalOf('admin', { projectId: hermes })).toMatchObject({ code: 'project-not-allowed' });
  });
});

test('a project of other people answers like one that does not exist, and one that is off says so', async () => {
  const foreign = await refusalOf('anna', { projectId: hermes });
  const missing = await refusalOf('anna', { projectId: randomUUID() });
  expect([foreign.code, missing.code]).toEqual(['unknown-project', 'unknown-project']);
  await gateway.owner.query('update api_gateway.projects set enabled = false where id = $1', [apollo]);
  expect(await refusalOf('anna', { projectId: apollo })).toMatchObject({ code: 'project-disabled' });
  await gateway.owner.query('update api_gateway.projects set enabled = true');
});

test('faults of every kind are told at once, each with its code', async () => {
  const refusal = await refusalOf('anna', {
    instanceType: 'g4dn.xlarge',
    hibernation: true,
    rootVolumeGiB: 2000,
    subnetId: 'subnet-0ccc',
    projectId: hermes,
  });
  expect(refusal).toMatchObject({ status: 422, code: 'hibernation-type-unsupported' });
  expect(refusal.errors?.map(({ code, pointer }) => [code, pointer])).toEqual([
    ['hibernation-type-unsupported', '/instanceType'],
    ['root-volume-too-large', '/rootVolumeGiB'],
    ['unknown-subnet', '/subnetId'],
    ['unknown-project', '/projectId'],
  ]);
});

test('waits while the subnets are still unknown, but only who names one', async () => {
  await gateway.owner.query('create table public.kept_subnets as table session_manager.subnets');
  await gateway.owner.query('delete from session_manager.subnets');
  const waiting = await refusalOf('otto', { subnetId: subnetA });
  const free = await gateway.send('otto', 'POST /v1/sessions', { body: wish() });
  await gateway.owner.query('insert into session_manager.subnets table public.kept_subnets');
  expect(waiting).toMatchObject({ status: 503, code: 'service-unavailable' });
  expect(free.status).toBe(202);
});

test('what the deployment offers counts: types that can hibernate, and none that it hides', async () => {
  const strict = await startTestGateway({
    DCV_FORCE_INSTANCE_HIBERNATE_SUPPORT: 'True',
    DCV_BLACKLIST_INSTANCE_TYPE: 'xlarge',
  });
  await arrangeZones(strict.owner);
  const judge = async (instanceType: string) =>
    strict.send('otto', 'POST /v1/sessions', { body: wish({ instanceType }) });
  expect((await judge('m7i.large')).status).toBe(202);
  const hidden = await judge('m7i.xlarge');
  expect(hidden.body).toMatchObject({ status: 422, code: 'instance-type-not-allowed' });
  expect(hidden.body.detail).toMatch(/hides the types xlarge.* The nearest that fits is m7i\.large\.$/);
  await strict.owner.query(
    `update session_manager.instance_types set hibernation_supported = false where name = 'm7i.4xlarge'`,
  );
  const { body } = await judge('m7i.4xlarge');
  expect(body.detail).toContain('Only types on which desktops can hibernate are offered.');
  await strict.close();
});

test('desktops are found by their project', async () => {
  const { id } = await gateway.create('both', { projectId: hermes });
  const found = await gateway.send<SessionList>('both', `GET /v1/sessions?project=${hermes}`);
  expect(found.body.items.map((session) => session.id)).toContain(id);
  expect(found.body.items.every(({ project }) => project?.id === hermes)).toBe(true);
  const none = await gateway.send<SessionList>('anna', `GET /v1/sessions?project=${hermes}`);
  expect(none.body.items).toEqual([]);
});
