import { randomUUID } from 'node:crypto';
import { connectDatabase, type DatabaseConnection } from '@deskfleet/database';
import { createLogger } from '@deskfleet/runtime';
import { eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catchUpImages } from '../src/adapters/postgres/catch-up-images.ts';
import { type Gateway, linuxStack, startTestGateway } from './gateway-fixture.ts';
import { type ImageSteps, imageSteps } from './image-steps.ts';

let gateway: Gateway;
let steps: ImageSteps;
let connection: DatabaseConnection;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0', DCV_LINUX_SESSION_COUNT: '1000' });
  steps = imageSteps(gateway);
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
    const session = await steps.desktopOf('lena');
    await gateway.owner.query('update api_gateway.sessions set software_stack_id = $1 where id = $2', [
      source,
      session.id,
    ]);
    const image = await steps.request(session.id, 'Wind tunnel tools', 'with OpenFOAM');
    await steps.setAvailable(image);
    await steps.tellAvailable(image);
    const { softwareStackId } = await eventually(async () => {
      const now = await steps.imageOf(image);
      return now.softwareStackId !== null && now;
    });
    const { id, created_at, updated_at, ...stack } = await steps.stackRow(softwareStackId);
    expect(stack).toEqual({
      name: 'Wind tunnel tools',
      description: 'with OpenFOAM',
      os: 'linux',
      base_os: 'rocky9',
      architecture: 'x86_64',
      image: steps.amiOf(image),
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
        detail: { id: softwareStackId, name: image.name, image: steps.amiOf(image), imageId: image.id },
      },
    ]);
  });

  test('becomes one without any event, and one only, however often and by whom it is tried', async () => {
    const { id } = await steps.desktopOf('mia');
    const image = await steps.request(id);
    await steps.setAvailable(image);
    await Promise.all([catchUp(), catchUp(), catchUp()]);
    await catchUp();
    const later = await steps.request(id);
    await steps.setAvailable(later);
    await steps.tellAvailable(image);
    await steps.tellAvailable(later);
    await eventually(async () => (await steps.stacksOf(later)) === 1);
    expect(await steps.stacksOf(image)).toBe(1);
    // Its image needs 80 GiB, so desktops of it get them.
    const { softwareStackId } = await steps.imageOf(image);
    expect(await gateway.create('mia', { softwareStackId })).toMatchObject({ rootVolumeGiB: 80 });
  });

  test('becomes one only when two replicas have found it at the same moment', async () => {
    const { id } = await steps.desktopOf('mona');
    const image = await steps.request(id);
    await steps.setAvailable(image);
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
    expect(await steps.stacksOf(image)).toBe(1);
  });

  test('keeps the larger root volume of its old stack', async () => {
    const { id } = await steps.desktopOf('nils');
    const image = await steps.request(id);
    await steps.setAvailable(image, 8);
    await catchUp();
    expect(await steps.stackRow((await steps.imageOf(image)).softwareStackId)).toMatchObject({
      min_root_volume_gib: 30,
    });
  });

  test('gets a number behind its name when somebody has taken the name meanwhile', async () => {
    const { id } = await steps.desktopOf('olga');
    const image = await steps.request(id, 'Taken');
    await gateway.owner.query(
      `insert into api_gateway.software_stacks
       select (jsonb_populate_record(k, jsonb_build_object('id', $1::text, 'name', 'taken'))).*
       from api_gateway.software_stacks k where k.id = $2`,
      [randomUUID(), linuxStack],
    );
    await steps.setAvailable(image);
    await catchUp();
    expect(await steps.stackRow((await steps.imageOf(image)).softwareStackId)).toMatchObject({
      name: 'Taken 2',
    });
  });

  test('does not become another one when an administrator has deleted the first', async () => {
    const { id } = await steps.desktopOf('paul');
    const image = await steps.request(id);
    await steps.setAvailable(image);
    await catchUp();
    await gateway.owner.query('delete from api_gateway.software_stacks where name = $1', [image.name]);
    await catchUp();
    expect(await steps.imageOf(image)).toMatchObject({ state: 'available', softwareStackId: null });
    expect(await steps.stacksOf(image)).toBe(0);
  });

  test('that the rows do not know of becomes nothing, whatever an event says', async () => {
    const { id } = await steps.desktopOf('rita');
    const image = await steps.request(id);
    await steps.setProgress(image, 'pending', { ami_id: steps.amiOf(image), min_root_volume_gib: 80 });
    const other = await steps.request(id);
    await steps.setAvailable(other);
    await steps.tellAvailable(image);
    await steps.tellAvailable({ ...image, id: randomUUID() });
    await steps.tellAvailable(other);
    await eventually(async () => (await steps.imageOf(other)).softwareStackId !== null);
    expect(await steps.imageOf(image)).toMatchObject({ state: 'pending', softwareStackId: null });
  });
});
