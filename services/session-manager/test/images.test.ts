import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { ImageStudio } from './image-studio.ts';

let fleet: Fleet;
let studio: ImageStudio;
let desktop: string;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open({ IMAGE_POLL_SECONDS: '15' });
  studio = new ImageStudio(fleet);
  desktop = await fleet.running('to be imaged');
  await fleet.sim('PATCH', '/delays', { imageSeconds: 60 });
}, 60_000);
afterEach(async () => {
  await fleet.sim('DELETE', '/faults');
  await fleet.sim('DELETE', '/calls');
});
afterAll(() => fleet?.close());

const request = (sessionId = desktop) => studio.request(sessionId, `image ${names++}`);
const error = (api: string, code: string, times?: number) =>
  fleet.sim('POST', '/faults/errors', { api, code, ...(times && { times }) });
const loseAnswer = (api: string) => fleet.sim('POST', '/faults/lost-responses', { api });

test('an image is made without disturbing the desktop, shows how far it is, and ends in an event', async () => {
  const bootId = await studio.bootIdOf(desktop);
  const id = await studio.request(desktop, 'CFD tools');
  await studio.reaches(id, 'pending');
  await studio.pass();
  await studio.pass();
  const { progress_percent } = await studio.row(id);
  expect(progress_percent).toBeGreaterThan(20);
  expect(progress_percent).toBeLessThan(99);
  const available = await studio.reaches(id, 'available');
  expect(available).toMatchObject({ progress_percent: 100, min_root_volume_gib: 50, reason_code: null });

  expect(await studio.atEc2(id)).toMatchObject([
    {
      imageId: available.ami_id,
      name: `deskfleet-${id}`,
      state: 'available',
      tags: { 'deskfleet:cluster': 'deskfleet', 'deskfleet:session': desktop, Name: 'deskfleet-CFD tools' },
    },
  ]);
  expect(await studio.events(id)).toMatchObject([
    {
      type: 'deskfleet.image.available.v1',
      subject: desktop,
      correlationid: 'request-1',
      data: {
        imageId: id,
        sessionId: desktop,
        owner: 'alice',
        cause: 'admin:carol',
        name: 'CFD tools',
        amiId: available.ami_id,
      },
    },
  ]);
  await fleet.pass();
  expect(await fleet.history(desktop)).toEqual(['requested', 'provisioning', 'starting', 'running']);
  expect(await studio.bootIdOf(desktop)).toBe(bootId);
});

describe('an image is made once', () => {
  test('though the answer is lost', async () => {
    await loseAnswer('CreateImage');
    const id = await request();
    await studio.reaches(id, 'available');
    expect(await studio.atEc2(id)).toHaveLength(1);
    expect(await studio.calls('CreateImage')).toBe(1);
  });

  test('though the answer is lost and EC2 does not show the image for a while', async () => {
    await loseAnswer('CreateImage');
    await fleet.sim('PATCH', '/faults', { describeLagSeconds: 100 });
    const id = await request();
    await studio.reaches(id, 'available');
    expect(await studio.atEc2(id)).toHaveLength(1);
    // Its name was taken: that, and not the empty answers, says that it had been made.
    expect(await studio.calls('CreateImage')).toBeGreaterThan(1);
  });

  test('though the process dies between the call and its record', async () => {
    const id = await request();
    const { ami_id } = await studio.reaches(id, 'pending');
    await fleet.tamper(`update session_manager.images set state = 'requested', ami_id = null where id = $1`, [
      id,
    ]);
    expect(await studio.reaches(id, 'pending')).toMatchObject({ ami_id });
    await studio.reaches(id, 'available');
    expect(await studio.atEc2(id)).toHaveLength(1);
  });

  test('though the process dies after the name was taken, and nothing says that a call was made', async () => {
    const id = await request();
    const { ami_id } = await studio.reaches(id, 'pending');
    await fleet.tamper(
      `update session_manager.images set state = 'requested', ami_id = null, called_at = null where id = $1`,
      [id],
    );
    expect(await studio.reaches(id, 'pending', { passes: 1 })).toMatchObject({ ami_id });
    expect(await studio.atEc2(id)).toHaveLength(1);
    await studio.reaches(id, 'available');
  });

  test('though two replicas both act, and its end is told once', async () => {
    const second = fleet.replica();
    const ids = [await request(), await request(), await request()];
    for (let i = 0; i < 8; i++) {
      fleet.advance(15);
      await Promise.all([fleet.manager.images.pass(), second.images.pass()]);
    }
    for (const id of ids) {
      expect(await studio.row(id)).toMatchObject({ state: 'available' });
      expect(await studio.atEc2(id)).toHaveLength(1);
      expect(await studio.events(id)).toHaveLength(1);
    }
  });
});

test('three images are asked about by one call, and their progress by one', async () => {
  const ids = [await request(), await request(), await request()];
  for (const id of ids) await studio.reaches(id, 'pending', { secondsApart: 1 });
  await fleet.sim('DELETE', '/calls');
  await studio.pass();
  expect(await studio.calls('DescribeImages')).toBe(1);
  expect(await studio.calls('DescribeSnapshots')).toBe(1);
  // Passes that requests set off between two rounds ask for nothing that was just heard.
  for (let i = 0; i < 5; i++) await studio.pass({ secondsLater: 1 });
  expect(await studio.calls('DescribeImages')).toBe(1);
  for (const id of ids) await studio.reaches(id, 'available');
});

describe('AWS refuses', () => {
  test('calls that fail are made again, later each time', async () => {
    await error('CreateImage', 'InternalError', 3);
    const id = await request();
    for (let i = 0; i < 10; i++) await studio.pass({ secondsLater: 0.05 });
    expect(await studio.calls('CreateImage')).toBe(1);
    expect(await studio.calls('DescribeImages')).toBe(0);
    expect(await studio.row(id)).toMatchObject({ state: 'requested', reason_code: 'aws-not-answering' });
    await studio.reaches(id, 'pending');
    expect(await studio.row(id)).toMatchObject({ reason_code: null });
    await error('DescribeImages', 'RequestLimitExceeded', 2);
    await error('DescribeSnapshots', 'UnauthorizedOperation');
    expect(await studio.reaches(id, 'available')).toMatchObject({ reason_code: null });
  });

  test('a throttled call is believed: for a moment no other image is asked for either', async () => {
    await error('CreateImage', 'RequestLimitExceeded', 1);
    const throttled = await request();
    await studio.pass();
    const other = await request();
    await studio.pass({ secondsLater: 0.05 });
    expect(await studio.calls('CreateImage')).toBe(1);
    for (const id of [throttled, other]) await studio.reaches(id, 'available');
  });

  test('a snapshot of the same disk that is being made passes', async () => {
    await error('CreateImage', 'SnapshotCreationPerVolumeRateExceeded', 4);
    await studio.reaches(await request(), 'available');
  });

  test.each([
    ['InvalidParameterValue', 'refused-by-aws'],
    ['SnapshotLimitExceeded', 'account-limit'],
    ['UnauthorizedOperation', 'not-authorized-at-aws'],
  ])('%s: failed with the reason, which an event tells', async (code, reason) => {
    await error('CreateImage', code);
    const id = await request();
    expect(await studio.reaches(id, 'failed', { secondsApart: 120 })).toMatchObject({ reason_code: reason });
    expect(await studio.events(id)).toMatchObject([
      { type: 'deskfleet.image.failed.v1', data: { imageId: id, amiId: null, reason: { code: reason } } },
    ]);
  });

  test('one refused image keeps no other waiting', async () => {
    await error('CreateImage', 'InvalidParameterValue', 1);
    const [refused, other] = [await request(), await request()];
    await studio.pass();
    const states = [(await studio.row(refused)).state, (await studio.row(other)).state];
    expect(states.sort()).toEqual(['failed', 'pending']);
    await studio.pass({ secondsLater: 120 });
  });
});

describe('an image that comes to nothing', () => {
  test('because EC2 fails', async () => {
    await fleet.sim('PATCH', '/faults', { images: 'fails' });
    const id = await request();
    const { ami_id } = await studio.reaches(id, 'pending');
    expect(await studio.reaches(id, 'failed')).toMatchObject({
      reason_code: 'image-failed',
      reason_sentence: expect.stringContaining('Server.InternalError'),
    });
    expect(await studio.events(id)).toMatchObject([
      { type: 'deskfleet.image.failed.v1', data: { amiId: ami_id, reason: { code: 'image-failed' } } },
    ]);
  });

  test('because EC2 never finishes: given up after twelve hours, and operators are told once', async () => {
    await fleet.sim('PATCH', '/faults', { images: 'hangs' });
    const id = await request();
    await studio.reaches(id, 'pending');
    await studio.pass({ secondsLater: 11 * 3600 });
    expect(await studio.row(id)).toMatchObject({ state: 'pending', progress_percent: 99 });
    await studio.pass({ secondsLater: 3600 });
    await studio.pass();
    expect(await studio.row(id)).toMatchObject({ state: 'failed', reason_code: 'image-timeout' });
    expect(await fleet.alerts('image-overdue')).toBe(1);
  });

  test('because somebody removes it at AWS', async () => {
    const id = await request();
    const { ami_id } = await studio.reaches(id, 'pending');
    await fleet.sim('DELETE', `/images/${ami_id}`);
    await studio.pass({ secondsLater: 60 });
    await studio.pass({ secondsLater: 500 });
    expect(await studio.row(id)).toMatchObject({ state: 'pending' });
    await studio.pass({ secondsLater: 100 });
    expect(await studio.row(id)).toMatchObject({ state: 'failed', reason_code: 'image-removed' });
  });

  test('because the desktop was terminated before EC2 was asked', async () => {
    const doomed = await fleet.running('doomed');
    const id = await request(doomed);
    await fleet.intend(doomed, 'terminate');
    await fleet.pass();
    expect(await studio.reaches(id, 'failed', { passes: 1 })).toMatchObject({ reason_code: 'instance-gone' });
    expect(await studio.calls('CreateImage')).toBe(0);
  });
});

test('an image whose answer was lost is found, also when the desktop is gone by then', async () => {
  const doomed = await fleet.running('doomed too');
  await loseAnswer('CreateImage');
  await fleet.sim('PATCH', '/faults', { describeLagSeconds: 60 });
  const id = await request(doomed);
  await studio.pass();
  await fleet.intend(doomed, 'terminate');
  await fleet.reaches(doomed, 'terminated');
  await studio.reaches(id, 'available');
  expect(await studio.atEc2(id)).toHaveLength(1);
});

test('an image of a stopped desktop is made, and of one that is starting as soon as its machine runs', async () => {
  const sleeper = await fleet.running('sleeper');
  await fleet.intend(sleeper, 'stop');
  await fleet.reaches(sleeper, 'stopped');
  await studio.reaches(await request(sleeper), 'available');
  await fleet.intend(sleeper, 'start');
  await fleet.reaches(sleeper, 'provisioning', { secondsApart: 1 });
  const id = await request(sleeper);
  await studio.pass({ secondsLater: 0 });
  expect(await studio.row(id)).toMatchObject({ state: 'requested', reason_code: null });
  await fleet.reaches(sleeper, 'running');
  await studio.reaches(id, 'available');
});
