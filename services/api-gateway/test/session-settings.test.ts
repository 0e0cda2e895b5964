import type { Me, Profile, Session } from '@deskfleet/contracts';
import { eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { newProfile, newStack } from './new-entries.ts';
import { scheduleSteps } from './schedule-steps.ts';

let gateway: Gateway;
let steps: ReturnType<typeof scheduleSteps>;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0', DCV_LINUX_SESSION_COUNT: '1000' });
  steps = scheduleSteps(gateway);
});
afterAll(() => gateway.close());

const etagOf = async (user: string, id: string) =>
  (await gateway.send(user, `GET /v1/sessions/${id}`)).headers.get('etag') ?? '';

describe('changing a desktop', () => {
  test('keeps, shows and tells its new name and what happens at the close', async () => {
    const { id } = await gateway.create('anna');
    const seen = await etagOf('anna', id);
    const wish = { name: 'Renamed', stopAtClose: true };
    const answer = await steps.sentAs('anna').change(id, wish, { 'if-match': seen });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(wish);
    expect(answer.headers.get('etag')).toBe(await etagOf('anna', id));
    expect(await etagOf('anna', id)).not.toBe(seen);
    expect(await steps.stored(id)).toMatchObject({
      stop_at_close: true,
      stop_at_close_by: 'anna',
      spec_version: 2,
      generation: 1,
    });
    const { event, audit } = await steps.told(id);
    expect(event).toMatchObject({
      type: 'deskfleet.session.settings-changed.v1',
      data: { sessionId: id, owner: 'anna', generation: 1, cause: 'user:anna', ...wish },
    });
    expect(audit).toMatchObject({ actor: 'user:anna', action: 'session.change-settings', detail: wish });
  });

  test('remembers who wants it stopped at the close, and null leaves it to the profile', async () => {
    const { id } = await gateway.create('anna');
    await steps.sentAs('admin').change(id, { stopAtClose: true });
    expect(await steps.stored(id)).toMatchObject({ stop_at_close: true, stop_at_close_by: 'admin' });
    await steps.sentAs('anna').change(id, { stopAtClose: true });
    expect(await steps.stored(id)).toMatchObject({ stop_at_close: true, stop_at_close_by: 'anna' });
    await steps.sentAs('anna').change(id, { name: 'Other' });
    expect(await steps.stored(id)).toMatchObject({ stop_at_close: true, stop_at_close_by: 'anna' });
    const cleared = await steps.sentAs('anna').change(id, { stopAtClose: null });
    expect(cleared.body.stopAtClose).toBe(false);
    expect(await steps.stored(id)).toMatchObject({ stop_at_close: null, stop_at_close_by: null });
  });

  test('to what it is changes nothing', async () => {
    const { id, name } = await gateway.create('anna');
    await steps.sentAs('anna').change(id, { stopAtClose: false });
    const before = [await steps.stored(id), await gateway.writtenRows(), await etagOf('anna', id)];
    const answer = await steps.sentAs('anna').change(id, { name, stopAtClose: false });
    expect(answer.status).toBe(200);
    expect([await steps.stored(id), await gateway.writtenRows(), await etagOf('anna', id)]).toEqual(before);
  });

  test('is refused to those who have not seen the latest: intents, schedules and overrides count', async () => {
    const { id } = await gateway.create('anna');
    const changes = [
      () => gateway.send('anna', `POST /v1/sessions/${id}/stop`),
      () => gateway.send('anna', `POST /v1/sessions/${id}/start`),
      () => steps.sentAs('anna').keepAlive(id),
      () => steps.sentAs('anna').change(id, { stopAtClose: true }),
    ];
    for (const change of changes) {
      const seen = await etagOf('anna', id);
      await change();
      const refused = await steps.sentAs('anna').change<object>(id, { name: 'Late' }, { 'if-match': seen });
      expect(refused.body).toMatchObject({ status: 412, code: 'precondition-failed' });
    }
    const seen = await etagOf('anna', id);
    await gateway.setState(id, 'running', { applied_seq: 3 });
    expect((await steps.sentAs('anna').change(id, { name: 'In time' }, { 'if-match': seen })).status).toBe(
      200,
    );
  });

  test('is for the owner and administrators', async () => {
    const { id } = await gateway.create('anna');
    expect((await steps.sentAs('bob').change(id, { name: 'Mine' })).status).toBe(404);
    expect((await steps.sentAs('admin').change(id, { name: 'Yours' })).body.name).toBe('Yours');
    expect((await steps.told(id)).event.data.cause).toBe('admin:admin');
  });
});

describe('the name', () => {
  const rename = (id: string, name: string, user = 'carl') => steps.sentAs(user).change<object>(id, { name });

  test('must be free among the owner’s live desktops, whatever its case', async () => {
    const taken = await gateway.create('carl', { name: 'Taken' });
    const { id } = await gateway.create('carl', { name: 'Free' });
    const before = await steps.stored(id);
    for (const user of ['carl', 'admin']) {
      expect((await rename(id, 'TAKEN', user)).body).toMatchObject({
        status: 409,
        code: 'name-taken',
        errors: [{ pointer: '/name' }],
      });
    }
    expect(await steps.stored(id)).toEqual(before);
    expect((await rename(id, 'FREE')).body).toMatchObject({ name: 'FREE' });
    const others = await gateway.create('dora');
    expect((await rename(others.id, 'Taken', 'dora')).status).toBe(200);
    await gateway.setState(taken.id, 'terminated', { desired: 'terminated' });
    expect((await rename(id, 'taken')).body).toMatchObject({ name: 'taken' });
  });

  test('that two want at once, by a launch and by renaming, is one desktop’s', async () => {
    const desktops = [await gateway.create('emil'), await gateway.create('emil')];
    const other = await gateway.owner.connect();
    await other.query('begin');
    await other.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', ['owner:emil']);
    const answers = Promise.all([
      ...desktops.map(({ id }) => rename(id, 'Wanted', 'emil')),
      gateway.create('emil', { name: 'Wanted' }).then(
        () => ({ status: 200 }),
        () => ({ status: 409 }),
      ),
    ]);
    await eventually(async () => {
      const waiting = `select from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`;
      return (await gateway.owner.query(waiting)).rowCount === 3;
    });
    await other.query('commit');
    other.release();
    expect((await answers).map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });
});

describe('a profile', () => {
  const admin = <Body>(route: string, body: object) => gateway.send<Body>('admin', route, { body });

  test('lets users choose schedules and stops nothing at the close unless it says so', async () => {
    const { body } = await admin<Profile>('POST /v1/admin/profiles', newProfile());
    expect(body).toMatchObject({ usersMayChangeSchedule: true, stopAtClose: false });
    const change = { usersMayChangeSchedule: false, stopAtClose: true };
    const changed = await admin<Profile>(`PATCH /v1/admin/profiles/${body.id}`, change);
    expect(changed.body).toMatchObject(change);
  });

  test('that stops desktops at the close does so unless their owners say otherwise', async () => {
    const { body: profile } = await admin<Profile>(
      'POST /v1/admin/profiles',
      newProfile({ stopAtClose: true }),
    );
    const { body: stack } = await admin<{ id: string }>(
      'POST /v1/admin/software-stacks',
      newStack({ profileId: profile.id }),
    );
    const made = await gateway.create('fred', { softwareStackId: stack.id });
    expect(made.stopAtClose).toBe(true);
    expect((await steps.sentAs('fred').change(made.id, { stopAtClose: false })).body.stopAtClose).toBe(false);
    expect((await steps.sentAs('fred').change(made.id, { stopAtClose: null })).body.stopAtClose).toBe(true);
  });
});

test('a user says their time zone, sees it, and takes it back', async () => {
  const me = async () => (await gateway.send<Me>('gina', 'GET /v1/me')).body.timezone;
  const say = (timezone: string | null) => gateway.send<Me>('gina', 'PATCH /v1/me', { body: { timezone } });
  expect(await me()).toBeNull();
  expect((await say('US/Pacific')).body).toMatchObject({ name: 'gina', timezone: 'US/Pacific' });
  expect(await me()).toBe('US/Pacific');
  expect((await say('Mars/Olympus_Mons')).status).toBe(422);
  expect(await me()).toBe('US/Pacific');
  expect((await say(null)).body.timezone).toBeNull();
  expect(await me()).toBeNull();
  const other = await gateway.send<Session>('hans', 'GET /v1/me');
  expect(other.body).toMatchObject({ name: 'hans', timezone: null });
});
