import { randomUUID } from 'node:crypto';
import type { Image, ImageList, Session } from '@deskfleet/contracts';
import { ImageSchema } from '@deskfleet/contracts';
import { eventually } from '@deskfleet/testkit';
import Value from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { type ImageSteps, imageSteps } from './image-steps.ts';
import { listen } from './live-client.ts';
import { publishAs } from './publish-event.ts';

let gateway: Gateway;
let steps: ImageSteps;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0', DCV_LINUX_SESSION_COUNT: '1000' });
  steps = imageSteps(gateway);
});
afterAll(async () => {
  await gateway.close();
});

describe('asking for an image', () => {
  test('writes the image, its event and an audit entry, which know of each other', async () => {
    const session = await steps.desktopOf('anna');
    const answer = await steps.ask<Image>('admin', session.id, {
      name: 'CFD tools',
      description: 'Für alle',
    });
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
    expect(await steps.imageOf(image)).toEqual(image);

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
    const { id } = await steps.desktopOf('berta');
    const capabilities = async () =>
      (await gateway.send<Session>('berta', `GET /v1/sessions/${id}`)).body.capabilities;
    expect(await capabilities()).not.toContain('create-image');
    const refused = await steps.ask('berta', id, { name: 'mine' });
    expect(refused.body).toMatchObject({ status: 403, code: 'image-not-allowed' });
    await gateway.owner.query('update api_gateway.profiles set owners_may_create_images = true');
    try {
      expect(await capabilities()).toContain('create-image');
      expect((await steps.ask<Image>('berta', id, { name: 'mine' })).status).toBe(202);
      expect((await steps.ask('clara', id, { name: 'hers' })).body).toMatchObject({ status: 404 });
    } finally {
      await gateway.owner.query('update api_gateway.profiles set owners_may_create_images = false');
    }
  });

  test.each([
    { state: 'starting', desired: 'running', code: 'in-transition' },
    { state: 'terminating', desired: 'terminated', code: 'session-terminating' },
    { state: 'terminated', desired: 'terminated', code: 'session-terminated' },
  ])('of a desktop that is $state is refused: $code', async ({ state, desired, code }) => {
    const { id } = await steps.desktopOf('dora');
    await gateway.setState(id, state, { desired, instance_id: `i-${randomUUID()}` });
    const before = await gateway.writtenRows();
    expect((await steps.ask('admin', id, { name: `of ${state}` })).body).toMatchObject({ status: 409, code });
    expect(await gateway.writtenRows()).toEqual(before);
  });

  test('needs a name that no software stack has, nor an image that is to become one', async () => {
    const { id } = await steps.desktopOf('emma');
    expect((await steps.ask('admin', id, { name: 'amazon linux 2023' })).body).toMatchObject({
      status: 409,
      code: 'software-stack-name-taken',
      errors: [{ pointer: '/name' }],
    });
    const image = await steps.request(id, 'Emma’s tools'.replace('’', ''));
    expect((await steps.ask('admin', id, { name: 'EMMAS tools' })).body).toMatchObject({
      code: 'software-stack-name-taken',
    });
    await steps.setProgress(image, 'failed', { reason_code: 'image-failed', reason_sentence: 'It failed.' });
    expect((await steps.ask<Image>('admin', id, { name: 'EMMAS tools' })).status).toBe(202);
  });

  test('two at once for one name are one image', async () => {
    const desktops = await Promise.all([1, 2, 3].map(() => steps.desktopOf('fritz')));
    const answers = await Promise.all(
      desktops.map(({ id }) => steps.ask('admin', id, { name: 'wanted by three' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
  });

  test('again with the same Idempotency-Key gets the same answer', async () => {
    const { id } = await steps.desktopOf('gerda');
    const headers = { 'idempotency-key': randomUUID() };
    const wish = { name: `image ${randomUUID()}` };
    const answers = await Promise.all([1, 2].map(() => steps.ask<Image>('admin', id, wish, headers)));
    const third = await steps.ask<Image>('admin', id, wish, headers);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    for (const answer of answers) expect(answer.text).toBe(third.text);
    expect(third.headers.get('location')).toBe(`/v1/images/${third.body.id}`);
    const other = await steps.ask('admin', id, { name: 'another' }, headers);
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    const elsewhere = await steps.ask('admin', (await steps.desktopOf('gerda')).id, wish, headers);
    expect(elsewhere.body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
  });

  test('with one key for two desktops at once is one image', async () => {
    const desktops = [await steps.desktopOf('gustav'), await steps.desktopOf('gustav')];
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      desktops.map(({ id }, i) => steps.ask('admin', id, { name: `key ${i} ${randomUUID()}` }, headers)),
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
    const { body: problem } = await steps.ask('admin', (await steps.desktopOf('hans')).id, body);
    expect(problem).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(problem.errors?.map((each) => each.pointer)).toContain(pointer);
  });
});

describe('reading images', () => {
  test('shows how far one is, to the owner and to administrators only', async () => {
    const { id } = await steps.desktopOf('ida');
    const image = await steps.request(id);
    await steps.setProgress(image, 'pending', { progress_percent: 40 });
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
    await steps.setProgress(image, 'failed', {
      reason_code: reason.code,
      reason_sentence: reason.sentence,
      finished_at: new Date(),
    });
    const failed = await steps.imageOf(image);
    expect(failed).toMatchObject({ state: 'failed', reason, finishedAt: expect.any(String) });
  });

  test('lists those of a desktop, newest first, page by page', async () => {
    const { id } = await steps.desktopOf('karl');
    const images = [await steps.request(id), await steps.request(id), await steps.request(id)];
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

test('the live stream tells the owner and administrators of images, and nobody else', async () => {
  const { id } = await steps.desktopOf('sara');
  const [owner, other, admin] = await Promise.all(
    ['sara', 'theo', 'admin'].map((user) => listen(gateway, user)),
  );
  const image = await steps.request(id);
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
