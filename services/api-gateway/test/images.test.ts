import { randomUUID } from 'node:crypto';
import type { Image, ImageList, Problem, Session } from '@deskfleet/contracts';
import { ImageSchema } from '@deskfleet/contracts';
import { connectDatabase, type DatabaseConnection } from '@deskfleet/database';
import { createLogger } from '@deskfleet/runtime';
import { eventually } from '@deskfleet/testkit';
import Value from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catchUpImages } from '../src/adapters/postgres/catch-up-images.ts';
import { type Gateway, linuxStack, startTestGateway } from './gateway-fixture.ts';
import { listen } from './live-client.ts';
import { publishAs } from './publish-event.ts';

let gateway: Gateway;
let connection: DatabaseConnection;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0', DCV_LINUX_SESSION_COUNT: '1000' });
  connection = connectDatabase({
    url: gateway.database.urlFor('api_gateway'),
    applicationName: 'catch-up',
    onConnectionLost: () => {},
  });
});
afterAll(async () => {
  await connection?.close();
  await gateway.close();
});

const logger = createLogger({ service: 'test', level: 'silent' });
const catchUp = () => catchUpImages(connection.db, logger);

/** A running desktop of somebody's. */
async function desktopOf(owner: string): Promise<Session> {
  const session = await gateway.create(owner);
  await gateway.setState(session.id, 'running', { instance_id: `i-${randomUUID()}` });
  return session;
}

const ask = <Body = Problem>(user: string, sessionId: string, body: object, headers = {}) =>
  gateway.send<Body>(user, `POST /v1/sessions/${sessionId}/image`, { body, headers });

async function request(sessionId: string, name = `image ${randomUUID()}`, description = ''): Promise<Image> {
  const answer = await ask<Image>('admin', sessionId, { name, description });
  if (answer.status !== 202) throw new Error(answer.text);
  return answer.body;
}

/** What session-manager would write. */
async function setProgress(image: Image, state: string, change: Record<string, unknown> = {}) {
  const row: Record<string, unknown> = {
    id: image.id,
    session_id: image.sessionId,
    state,
    next_look_at: new Date(),
    started_at: new Date(),
    ...change,
  };
  const columns = Object.keys(row);
  await gateway.owner.query(
    `insert into session_manager.images (${columns.join()}) values (${columns.map((_, i) => `$${i + 1}`).join()})
     on conflict (id) do update set ${columns.map((column) => `${column} = excluded.${column}`).join()}`,
    Object.values(row),
  );
}

const amiOf = ({ id }: Image) => `ami-${id.slice(-12)}`;
const setAvailable = (image: Image, min_root_volume_gib = 80) =>
  setProgress(image, 'available', { ami_id: amiOf(image), min_root_volume_gib, finished_at: new Date() });
const tellAvailable = (image: Image) =>
  publishAs(gateway, 'deskfleet.image.available.v1', {
    imageId: image.id,
    sessionId: image.sessionId,
    owner: 'somebody',
    name: image.name,
    amiId: amiOf(image),
  });
const imageOf = async (image: Image) =>
  (await gateway.send<Image>('admin', `GET /v1/images/${image.id}`)).body;
const stackRow = async (id: string | null) =>
  (await gateway.owner.query('select * from api_gateway.software_stacks where id = $1', [id])).rows[0];
/** Whatever their names are. */
const stacksOf = async (image: Image): Promise<number> =>
  (await gateway.owner.query('select from api_gateway.software_stacks where image = $1', [amiOf(image)]))
    .rowCount ?? 0;

describe('asking for an image', () => {
  test('writes the image, its event and an audit entry, which know of each other', async () => {
    const session = await desktopOf('anna');
    const answer = await ask<Image>('admin', session.id, { name: 'CFD tools', description: 'Für alle' });
    expect(answer.status).toBe(202);
    const image = answer.body;
    expect(Value.Check(ImageSchema, image)).toBe(true);
    expect(image).toMatchObject({
      sessionId: session.id,
      name: 'CFD tools',
      description: 'Für alle',
      state: 'requested',
      progressPercent: null,
      reason: null,
      softwareStackId: null,
      finishedAt: null,
    });
    expect(answer.headers.get('location')).toBe(`/v1/images/${image.id}`);
    expect(await imageOf(image)).toEqual(image);

    const { rows } = await gateway.owner.query(
      `select i.requested_by, i.correlation_id, o.event::json as event, a.actor, a.detail
       from api_gateway.images i, api_gateway.outbox o, api_gateway.audit_log a
       where i.id = $1 and o.event::jsonb #>> '{data,imageId}' = $1::text and a.action = 'session.create-image'
         and a.session_id = i.session_id`,
      [image.id],
    );
    const requestId = answer.headers.get('x-request-id');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ requested_by: 'admin:admin', correlation_id: requestId });
    expect(rows[0]).toMatchObject({ actor: 'admin:admin', detail: { imageId: image.id, name: 'CFD tools' } });
    expect(rows[0].event).toMatchObject({
      type: 'deskfleet.image.requested.v1',
      subject: session.id,
      correlationid: requestId,
      data: { imageId: image.id, owner: 'anna', cause: 'admin:admin', name: 'CFD tools' },
    });
  });

  test('is for administrators, and for owners where the profile of their software stack says so', async () => {
    const { id } = await desktopOf('berta');
    const capabilities = async () =>
      (await gateway.send<Session>('berta', `GET /v1/sessions/${id}`)).body.capabilities;
    expect(await capabilities()).not.toContain('create-image');
    const refused = await ask('berta', id, { name: 'mine' });
    expect(refused.body).toMatchObject({ status: 403, code: 'image-not-allowed' });
    await gateway.owner.query('update api_gateway.profiles set owners_may_create_images = true');
    try {
      expect(await capabilities()).toContain('create-image');
      expect((await ask<Image>('berta', id, { name: 'mine' })).status).toBe(202);
      expect((await ask('clara', id, { name: 'hers' })).body).toMatchObject({ status: 404 });
    } finally {
      await gateway.owner.query('update api_gateway.profiles set owners_may_create_images = false');
    }
  });

  test.each([
    { state: 'starting', desired: 'running', code: 'in-transition' },
    { state: 'terminating', desired: 'terminated', code: 'session-terminating' },
    { state: 'terminated', desired: 'terminated', code: 'session-terminated' },
  ])('of a desktop that is $state is refused: $code', async ({ state, desired, code }) => {
    const { id } = await desktopOf('dora');
    await gateway.setState(id, state, { desired, instance_id: `i-${randomUUID()}` });
    const before = await gateway.writtenRows();
    expect((await ask('admin', id, { name: `of ${state}` })).body).toMatchObject({ status: 409, code });
    expect(await gateway.writtenRows()).toEqual(before);
  });

  test('needs a name that no software stack has, nor an image that is to become one', async () => {
    const { id } = await desktopOf('emma');
    expect((await ask('admin', id, { name: 'amazon linux 2023' })).body).toMatchObject({
      status: 409,
      code: 'software-stack-name-taken',
      errors: [{ pointer: '/name' }],
    });
    const image = await request(id, 'Emma’s tools'.replace('’', ''));
    expect((await ask('admin', id, { name: 'EMMAS tools' })).body).toMatchObject({
      code: 'software-stack-name-taken',
    });
    await setProgress(image, 'failed', { reason_code: 'image-failed', reason_sentence: 'It failed.' });
    expect((await ask<Image>('admin', id, { name: 'EMMAS tools' })).status).toBe(202);
  });

  test('two at once for one name are one image', async () => {
    const desktops = await Promise.all([1, 2, 3].map(() => desktopOf('fritz')));
    const answers = await Promise.all(
      desktops.map(({ id }) => ask('admin', id, { name: 'wanted by three' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
  });

  test('again with the same Idempotency-Key gets the same answer', async () => {
    const { id } = await desktopOf('gerda');
    const headers = { 'idempotency-key': randomUUID() };
    const wish = { name: `image ${randomUUID()}` };
    const answers = await Promise.all([1, 2].map(() => ask<Image>('admin', id, wish, headers)));
    const third = await ask<Image>('admin', id, wish, headers);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    for (const answer of answers) expect(answer.text).toBe(third.text);
    expect(third.headers.get('location')).toBe(`/v1/images/${third.body.id}`);
    const other = await ask('admin', id, { name: 'another' }, headers);
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    const elsewhere = await ask('admin', (await desktopOf('gerda')).id, wish, headers);
    expect(elsewhere.body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
  });

  test('with one key for two desktops at once is one image', async () => {
    const desktops = [await desktopOf('gustav'), await desktopOf('gustav')];
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      desktops.map(({ id }, i) => ask('admin', id, { name: `key ${i} ${randomUUID()}` }, headers)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 422]);
  });

  test.each([
    ['no name', {}, '/name'],
    ['a name with a line break', { name: 'a\nb' }, '/name'],
    ['a description with a zero byte', { name: 'a', description: '\u0000' }, '/description'],
    ['a description of a thousand characters', { name: 'a', description: 'x'.repeat(1000) }, '/description'],
    ['an unknown field', { name: 'a', reboot: true }, '/reboot'],
  ])('with %s is refused', async (_what, body, pointer) => {
    const { body: problem } = await ask('admin', (await desktopOf('hans')).id, body);
    expect(problem).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(problem.errors?.map((each) => each.pointer)).toContain(pointer);
  });
});

describe('reading images', () => {
  test('shows how far one is, to the owner and to administrators only', async () => {
    const { id } = await desktopOf('ida');
    const image = await request(id);
    await setProgress(image, 'pending', { progress_percent: 40 });
    for (const user of ['ida', 'admin']) {
      const answer = await gateway.send<Image>(user, `GET /v1/images/${image.id}`);
      expect(answer.body).toMatchObject({ state: 'pending', progressPercent: 40 });
    }
    for (const route of [`GET /v1/images/${image.id}`, `GET /v1/sessions/${id}/images`]) {
      const answer = await gateway.send('jan', route);
      expect(answer.body).toMatchObject({ status: 404, code: 'not-found' });
      expect(answer.text).not.toContain(image.name);
    }
    expect((await gateway.send('ida', 'GET /v1/images/none')).body).toMatchObject({ status: 404 });
    const reason = { code: 'image-failed', sentence: 'It failed.' };
    await setProgress(image, 'failed', {
      reason_code: reason.code,
      reason_sentence: reason.sentence,
      finished_at: new Date(),
    });
    const failed = await imageOf(image);
    expect(failed).toMatchObject({ state: 'failed', reason, finishedAt: expect.any(String) });
  });

  test('lists those of a desktop, newest first, page by page', async () => {
    const { id } = await desktopOf('karl');
    const images = [await request(id), await request(id), await request(id)];
    const page = (query: string) =>
      gateway.send<ImageList>('karl', `GET /v1/sessions/${id}/images?limit=2${query}`);
    const first = (await page('')).body;
    const second = (await page(`&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map((each) => each.id)).toEqual(
      images.map((each) => each.id).reverse(),
    );
    expect(second.nextCursor).toBeNull();
    expect((await page('&cursor=nonsense')).status).toBe(400);
  });
});

describe('an available image', () => {
  test('becomes a software stack like its desktop’s, when the event comes', async () => {
    const profile = (await gateway.owner.query('select id from api_gateway.profiles')).rows[0].id;
    const source = randomUUID();
    const project = randomUUID();
    await gateway.owner.query(`insert into api_gateway.projects (id, name) values ($1, 'wind tunnel')`, [
      project,
    ]);
    await gateway.owner.query(
      `insert into api_gateway.software_stacks (id, name, description, os, base_os, architecture, image, graphics_image,
         requires_gpu, mounts, hook_script, min_root_volume_gib, min_memory_gib, default_instance_type, profile_id)
       values ($1, 'source', 'old', 'linux', 'rocky9', 'x86_64', 'ami-1', 'ami-2', true,
         '[{"kind":"nfs","source":"a:/b","target":"/b"}]', 'echo hook', 30, 6.5, 'm7i.4xlarge', $2)`,
      [source, profile],
    );
    await gateway.owner.query('insert into api_gateway.software_stack_projects values ($1, $2)', [
      source,
      project,
    ]);
    const session = await desktopOf('lena');
    await gateway.owner.query('update api_gateway.sessions set software_stack_id = $1 where id = $2', [
      source,
      session.id,
    ]);
    const image = await request(session.id, 'Wind tunnel tools', 'with OpenFOAM');
    await setAvailable(image);
    await tellAvailable(image);
    const { softwareStackId } = await eventually(async () => {
      const now = await imageOf(image);
      return now.softwareStackId !== null && now;
    });
    const { id, created_at, updated_at, ...stack } = await stackRow(softwareStackId);
    expect(stack).toEqual({
      name: 'Wind tunnel tools',
      description: 'with OpenFOAM',
      os: 'linux',
      base_os: 'rocky9',
      architecture: 'x86_64',
      image: amiOf(image),
      graphics_image: null,
      requires_gpu: true,
      mounts: [{ kind: 'nfs', source: 'a:/b', target: '/b' }],
      hook_script: 'echo hook',
      min_root_volume_gib: 80,
      min_memory_gib: 6.5,
      default_instance_type: 'm7i.4xlarge',
      profile_id: profile,
      enabled: true,
    });
    const projects =
      'select project_id from api_gateway.software_stack_projects where software_stack_id = $1';
    expect((await gateway.owner.query(projects, [softwareStackId])).rows).toEqual([{ project_id: project }]);
    const audit = `select actor, detail from api_gateway.audit_log where action = 'software-stack.create'
      and session_id = $1`;
    expect((await gateway.owner.query(audit, [session.id])).rows).toEqual([
      {
        actor: 'admin:admin',
        detail: { id: softwareStackId, name: image.name, image: amiOf(image), imageId: image.id },
      },
    ]);
  });

  test('becomes one without any event, and one only, however often and by whom it is tried', async () => {
    const { id } = await desktopOf('mia');
    const image = await request(id);
    await setAvailable(image);
    await Promise.all([catchUp(), catchUp(), catchUp()]);
    await catchUp();
    const later = await request(id);
    await setAvailable(later);
    await tellAvailable(image);
    await tellAvailable(later);
    await eventually(async () => (await stacksOf(later)) === 1);
    expect(await stacksOf(image)).toBe(1);
    // Its image needs 80 GiB, so desktops of it get them.
    const { softwareStackId } = await imageOf(image);
    expect(await gateway.create('mia', { softwareStackId })).toMatchObject({ rootVolumeGiB: 80 });
  });

  test('becomes one only when two replicas have found it at the same moment', async () => {
    const { id } = await desktopOf('mona');
    const image = await request(id);
    await setAvailable(image);
    const other = await gateway.owner.connect();
    await other.query('begin');
    await other.query(`select pg_advisory_xact_lock(hashtextextended('catalogue', 0))`);
    const both = Promise.all([catchUp(), catchUp()]);
    await eventually(async () => {
      const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return (await gateway.owner.query(waiting)).rowCount === 2;
    });
    await other.query('commit');
    other.release();
    await both;
    expect(await stacksOf(image)).toBe(1);
  });

  test('keeps the larger root volume of its old stack', async () => {
    const { id } = await desktopOf('nils');
    const image = await request(id);
    await setAvailable(image, 8);
    await catchUp();
    expect(await stackRow((await imageOf(image)).softwareStackId)).toMatchObject({ min_root_volume_gib: 30 });
  });

  test('gets a number behind its name when somebody has taken the name meanwhile', async () => {
    const { id } = await desktopOf('olga');
    const image = await request(id, 'Taken');
    await gateway.owner.query(
      `insert into api_gateway.software_stacks
       select (jsonb_populate_record(k, jsonb_build_object('id', $1::text, 'name', 'taken'))).*
       from api_gateway.software_stacks k where k.id = $2`,
      [randomUUID(), linuxStack],
    );
    await setAvailable(image);
    await catchUp();
    expect(await stackRow((await imageOf(image)).softwareStackId)).toMatchObject({ name: 'Taken 2' });
  });

  test('does not become another one when an administrator has deleted the first', async () => {
    const { id } = await desktopOf('paul');
    const image = await request(id);
    await setAvailable(image);
    await catchUp();
    await gateway.owner.query('delete from api_gateway.software_stacks where name = $1', [image.name]);
    await catchUp();
    expect(await imageOf(image)).toMatchObject({ state: 'available', softwareStackId: null });
    expect(await stacksOf(image)).toBe(0);
  });

  test('that the rows do not know of becomes nothing, whatever an event says', async () => {
    const { id } = await desktopOf('rita');
    const image = await request(id);
    await setProgress(image, 'pending', { ami_id: amiOf(image), min_root_volume_gib: 80 });
    const other = await request(id);
    await setAvailable(other);
    await tellAvailable(image);
    await tellAvailable({ ...image, id: randomUUID() });
    await tellAvailable(other);
    await eventually(async () => (await imageOf(other)).softwareStackId !== null);
    expect(await imageOf(image)).toMatchObject({ state: 'pending', softwareStackId: null });
  });
});

test('the live stream tells the owner and administrators of images, and nobody else', async () => {
  const { id } = await desktopOf('sara');
  const [owner, other, admin] = await Promise.all(
    ['sara', 'theo', 'admin'].map((user) => listen(gateway, user)),
  );
  const image = await request(id);
  const facts = { imageId: image.id, sessionId: id, owner: 'sara', name: image.name };
  const reason = { code: 'image-failed', sentence: 'It failed.' };
  await publishAs(gateway, 'deskfleet.image.failed.v1', { ...facts, amiId: null, reason });
  await publishAs(gateway, 'deskfleet.session.running.v1', { sessionId: id, owner: 'theo' });
  for (const client of [owner, admin]) {
    await eventually(() => {
      const told = client?.events().filter(({ data }) => (data as typeof facts).imageId === image.id);
      expect(told?.map(({ type }) => type).sort()).toEqual([
        'deskfleet.image.failed.v1',
        'deskfleet.image.requested.v1',
      ]);
    });
  }
  await eventually(() => other?.heard.length === 1);
  expect(other?.text()).not.toContain(image.id);
  for (const client of [owner, other, admin]) client?.close();
});
