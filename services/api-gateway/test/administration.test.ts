import type {
  AdminProject,
  AdminProjectList,
  AdminSoftwareStack,
  AdminSoftwareStackList,
  Profile,
} from '@deskfleet/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, linuxStack, startTestGateway } from './gateway-fixture.ts';
import {
  newPermissionSet,
  newProfile,
  newProject,
  newStack,
  standardProfile,
  uniqueName,
} from './new-entries.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(() => gateway.close());

const admin = <Body>(route: string, body?: object, headers: Record<string, string> = {}) =>
  gateway.send<Body>('admin', route, { ...(body ? { body } : {}), headers });

async function make<Body extends { id: string }>(kind: string, body: object) {
  const answer = await admin<Body>(`POST /v1/admin/${kind}`, body);
  expect(answer.status, answer.text).toBe(201);
  expect(answer.headers.get('location')).toBe(`/v1/admin/${kind}/${answer.body.id}`);
  return { ...answer.body, etag: answer.headers.get('etag') ?? '' };
}
const makeStack = (change?: object) => make<AdminSoftwareStack>('software-stacks', newStack(change));
const makeProfile = (change?: object) => make<Profile>('profiles', newProfile(change));
const makeProject = (change?: object) => make<AdminProject>('projects', newProject(change));

async function auditOf(id: string) {
  const { rows } = await gateway.owner.query(
    `select actor, action, session_id, source_address, detail from api_gateway.audit_log
     where detail->>'id' = $1 order by id`,
    [id],
  );
  return rows;
}

describe.each([
  ['software-stacks', 'software-stack', newStack],
  ['profiles', 'profile', newProfile],
  ['projects', 'project', newProject],
  ['permission-sets', 'permission-set', newPermissionSet],
] as const)('%s', (kinds, kind, wish) => {
  test('are made, read, changed and deleted, each with an audit entry', async () => {
    const body = wish();
    const made = await make<AdminSoftwareStack>(kinds, body);
    const route = `/v1/admin/${kinds}/${made.id}`;
    const { etag, ...shown } = made;
    expect(made).toMatchObject(body);
    const read = await admin(`GET ${route}`);
    expect([read.headers.get('etag'), read.body]).toEqual([etag, shown]);

    const name = uniqueName();
    const changed = await admin<AdminSoftwareStack>(`PATCH ${route}`, { name }, { 'if-match': etag });
    expect(changed.body).toEqual({ ...shown, name, updatedAt: changed.body.updatedAt });
    expect(changed.body.updatedAt > made.updatedAt).toBe(true);
    expect(changed.headers.get('etag')).not.toBe(etag);

    const deleted = await admin(`DELETE ${route}`);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect((await admin(`GET ${route}`)).status).toBe(404);
    const by = { actor: 'admin:admin', session_id: null, source_address: '127.0.0.1' };
    expect(await auditOf(made.id)).toMatchObject([
      { ...by, action: `${kind}.create`, detail: body },
      { ...by, action: `${kind}.update`, detail: { changes: { name: { from: body.name, to: name } } } },
      { ...by, action: `${kind}.delete`, detail: { name } },
    ]);
  });

  test('changed to what they are stay the same, without an audit entry', async () => {
    const { id, etag } = await make(kinds, wish());
    const {
      id: _,
      createdAt,
      updatedAt,
      os,
      architecture,
      ...fields
    } = (await admin<Record<string, unknown>>(`GET /v1/admin/${kinds}/${id}`)).body;
    const same = await admin(`PATCH /v1/admin/${kinds}/${id}`, fields);
    expect([same.status, same.headers.get('etag')]).toEqual([200, etag]);
    expect(await auditOf(id)).toHaveLength(1);
  });

  test('that two change at once are changed by one; the other is told to read again', async () => {
    const { id, etag } = await make(kinds, wish());
    const answers = await Promise.all(
      [uniqueName(), uniqueName()].map((name) =>
        admin(`PATCH /v1/admin/${kinds}/${id}`, { name }, { 'if-match': etag }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(answers.find(({ status }) => status === 412)?.body).toMatchObject({ code: 'precondition-failed' });
    expect((await admin(`DELETE /v1/admin/${kinds}/${id}`, undefined, { 'if-match': etag })).status).toBe(
      412,
    );
    const any = await admin(`PATCH /v1/admin/${kinds}/${id}`, { name: uniqueName() }, { 'if-match': '*' });
    const weak = `"other", W/${any.headers.get('etag')}`;
    expect((await admin(`DELETE /v1/admin/${kinds}/${id}`, undefined, { 'if-match': weak })).status).toBe(
      204,
    );
  });

  test('of one name there is one, whatever its case, also when two ask at once', async () => {
    const { name, id } = await make<AdminSoftwareStack>(kinds, wish());
    const code = `${kind}-name-taken`;
    const again = await admin(`POST /v1/admin/${kinds}`, wish({ name: name.toUpperCase() }));
    expect(again.body).toMatchObject({ status: 409, code, errors: [{ pointer: '/name' }] });
    const other = await make(kinds, wish());
    expect((await admin(`PATCH /v1/admin/${kinds}/${other.id}`, { name })).body).toMatchObject({ code });
    const own = await admin(`PATCH /v1/admin/${kinds}/${id}`, { name: name.toUpperCase() });
    expect(own.status).toBe(200);
    const both = await Promise.all(
      Array(3)
        .fill(wish())
        .map((body) => admin(`POST /v1/admin/${kinds}`, body)),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  test('are listed newest first, in pages that are stable while more are made', async () => {
    const ids: string[] = [];
    for (const _ of Array(3)) ids.unshift((await make(kinds, wish())).id);
    const page = (query: string) =>
      admin<AdminProjectList | AdminSoftwareStackList>(`GET /v1/admin/${kinds}?${query}`);
    const first = await page('limit=2');
    await make(kinds, wish());
    const second = await page(`limit=1&cursor=${first.body.nextCursor}`);
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual(ids);
    expect((await page('limit=200')).body.nextCursor).toBeNull();
  });

  test('that are not there answer 404', async () => {
    for (const id of ['0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10', 'not-a-uuid', '%00']) {
      for (const method of ['GET', 'DELETE', 'PATCH']) {
        const body = method === 'PATCH' ? { name: uniqueName() } : undefined;
        const answer = await admin(`${method} /v1/admin/${kinds}/${id}`, body);
        expect(answer.body).toMatchObject({ status: 404, code: 'not-found' });
      }
    }
  });
});

describe('what is in use', () => {
  test('a software stack of a desktop, also of an ended one, is switched off and not deleted', async () => {
    const { id } = await makeStack();
    const session = await gateway.create('uwe', { softwareStackId: id });
    await gateway.setState(session.id, 'terminated', { desired: 'terminated' });
    const refused = await admin<{ detail: string }>(`DELETE /v1/admin/software-stacks/${id}`);
    expect(refused.body).toMatchObject({ status: 409, code: 'software-stack-in-use' });
    expect(refused.body.detail).toContain('{"enabled": false}');
    expect((await admin(`PATCH /v1/admin/software-stacks/${id}`, { enabled: false })).status).toBe(200);
    const stacks = await gateway.send<{ items: { id: string }[] }>('uwe', 'GET /v1/software-stacks');
    expect(stacks.body.items.map((stack) => stack.id)).not.toContain(id);
  });

  test('a software stack that is deleted while a desktop is launched with it is one or the other', async () => {
    const { id } = await makeStack();
    const body = { name: uniqueName(), softwareStackId: id, instanceType: 'm7i.large' };
    const [deleted, launched] = await Promise.all([
      admin(`DELETE /v1/admin/software-stacks/${id}`),
      gateway.send('uta', 'POST /v1/sessions', { body }),
    ]);
    expect([deleted.status, launched.status]).not.toEqual([204, 202]);
    expect(deleted.status).toBeLessThan(500);
  });

  test('a profile of a software stack is not deleted, and the stack is named', async () => {
    const profile = await makeProfile();
    const stack = await makeStack({ profileId: profile.id });
    const refused = await admin(`DELETE /v1/admin/profiles/${profile.id}`);
    expect(refused.body).toMatchObject({ status: 409, code: 'profile-in-use' });
    expect(refused.text).toContain(stack.name);
    await admin(`DELETE /v1/admin/software-stacks/${stack.id}`);
    expect((await admin(`DELETE /v1/admin/profiles/${profile.id}`)).status).toBe(204);
  });

  test('a project of a software stack is not deleted: the stack would be open to everybody', async () => {
    const project = await makeProject();
    const stack = await makeStack({ projectIds: [project.id] });
    const refused = await admin(`DELETE /v1/admin/projects/${project.id}`);
    expect(refused.body).toMatchObject({ status: 409, code: 'project-in-use' });
    expect(refused.text).toContain(stack.name);
    await admin(`PATCH /v1/admin/software-stacks/${stack.id}`, { projectIds: [] });
    const session = await gateway.create('ugo');
    const assign = 'update api_gateway.sessions set project_id = $1 where id = $2';
    await gateway.owner.query(assign, [project.id, session.id]);
    expect((await admin(`DELETE /v1/admin/projects/${project.id}`)).body).toMatchObject({ status: 409 });
  });
});

describe('the idle policy of a profile', () => {
  const idlePolicy = {
    idleHours: 0.5,
    cpuThresholdPercent: 20,
    gpuThresholdPercent: 5,
    ignoredSignals: ['gpu'],
    untouchedCountsAsIdle: true,
  };

  test('is empty unless it is given, and a change replaces it as a whole', async () => {
    const profile = await makeProfile();
    expect(profile.idlePolicy).toEqual({});
    const route = `/v1/admin/profiles/${profile.id}`;
    expect((await admin<Profile>(`PATCH ${route}`, { idlePolicy })).body.idlePolicy).toEqual(idlePolicy);
    const replaced = await admin<Profile>(`PATCH ${route}`, { idlePolicy: { idleHours: 0 } });
    expect(replaced.body.idlePolicy).toEqual({ idleHours: 0 });
    expect((await admin<Profile>(`GET ${route}`)).body.idlePolicy).toEqual({ idleHours: 0 });
    expect((await auditOf(profile.id)).at(-1)?.detail.changes).toEqual({
      idlePolicy: { from: idlePolicy, to: { idleHours: 0 } },
    });
  });

  test('is kept as other services read it, and stays when other fields change', async () => {
    const { id } = await makeProfile({ idlePolicy });
    await admin(`PATCH /v1/admin/profiles/${id}`, { stopAtClose: true });
    const query = 'select idle_policy from api_gateway.profiles where id = $1';
    expect((await gateway.owner.query(query, [id])).rows).toEqual([{ idle_policy: idlePolicy }]);
  });
});

describe('members', () => {
  test('are a whole list that a change replaces, of people who need not have come yet', async () => {
    const project = await makeProject({ members: ['zoe', 'adam'] });
    expect(project.members).toEqual(['adam', 'zoe']);
    const changed = await admin<AdminProject>(`PATCH /v1/admin/projects/${project.id}`, {
      members: ['Ünal Ö', 'zoe'],
    });
    expect(changed.body.members).toEqual(['zoe', 'Ünal Ö']);
    const own = await gateway.send<{ items: { id: string }[] }>('zoe', 'GET /v1/projects');
    expect(own.body.items.map(({ id }) => id)).toEqual([project.id]);
  });
});

test('the base software stack can be read and changed like one of ours', async () => {
  const stack = await admin<AdminSoftwareStack>(`GET /v1/admin/software-stacks/${linuxStack}`);
  expect(stack.body).toMatchObject({ profileId: standardProfile, mounts: [], hookScript: null });
  const description = 'For everybody';
  const changed = await admin(`PATCH /v1/admin/software-stacks/${linuxStack}`, { description });
  expect(changed.body).toEqual({ ...stack.body, description, updatedAt: expect.any(String) });
});
