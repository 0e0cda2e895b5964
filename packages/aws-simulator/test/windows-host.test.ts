import { DeleteParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bootSeconds,
  desktop,
  type Fixture,
  launchOne,
  launchReady,
  start,
  startFixture,
  stop,
  windowsImage,
  windowsUserData,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

const passwordParameter = '/deskfleet/sessions/s-1/password';
const windows = {
  ImageId: windowsImage,
  UserData: windowsUserData({ ...desktop, passwordParameter }),
};

interface HostView {
  passwordFetched: boolean | null;
  host: { dcvReady: boolean };
}

async function hostOf(id: string): Promise<{ fetched: boolean | null; ready: boolean }> {
  const { passwordFetched, host } = await fixture.steer<HostView>('GET', `/instances/${id}`);
  return { fetched: passwordFetched, ready: host.dcvReady };
}

const putPassword = () =>
  fixture.ssm.send(new PutParameterCommand({ Name: passwordParameter, Value: 'x', Type: 'SecureString' }));
const deletePassword = () => fixture.ssm.send(new DeleteParametersCommand({ Names: [passwordParameter] }));

describe('a host whose user data names a password parameter', () => {
  test('reads it when DCV becomes ready, and not before', async () => {
    await putPassword();
    const id = await launchOne(fixture, windows);
    fixture.advance(bootSeconds - 1);
    expect(await hostOf(id)).toEqual({ fetched: false, ready: false });
    fixture.advance(1);
    expect(await hostOf(id)).toEqual({ fetched: true, ready: true });
  });

  test('never has DCV ready where the parameter is missing, even if it comes later', async () => {
    const id = await launchReady(fixture, windows);
    fixture.advance(1);
    await putPassword();
    fixture.advance(3600);
    expect(await hostOf(id)).toEqual({ fetched: false, ready: false });
  });

  test('tries again at its next boot', async () => {
    const id = await launchReady(fixture, windows);
    fixture.advance(1);
    await putPassword();
    await stop(fixture, [id]);
    fixture.advance(bootSeconds);
    await start(fixture, [id]);
    fixture.advance(bootSeconds);
    expect(await hostOf(id)).toEqual({ fetched: true, ready: true });
  });

  test('keeps what it read when the parameter is deleted, although nobody had looked', async () => {
    await putPassword();
    const id = await launchReady(fixture, windows);
    await deletePassword();
    expect(await hostOf(id)).toEqual({ fetched: true, ready: true });
  });

  test('is left without one that was deleted before it got so far', async () => {
    await putPassword();
    const id = await launchOne(fixture, windows);
    fixture.advance(bootSeconds - 1);
    await deletePassword();
    fixture.advance(1);
    expect(await hostOf(id)).toEqual({ fetched: false, ready: false });
  });
});

test('a host whose user data names none needs none', async () => {
  const id = await launchReady(fixture, { ImageId: windowsImage, UserData: windowsUserData(desktop) });
  expect(await hostOf(id)).toEqual({ fetched: null, ready: true });
});
