import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { eventually } from '@deskfleet/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { type InternalHttp, serveInternalHttp } from './internal-http.ts';

let fleet: Fleet;
let http: InternalHttp;
let ssm: SSMClient;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
  http = await serveInternalHttp(fleet);
  ssm = new SSMClient({ region: 'us-east-1', maxAttempts: 1 });
});
afterEach(() => fleet.sim('DELETE', '/faults'));
afterAll(async () => {
  ssm?.destroy();
  await http?.close();
  await fleet?.close();
});

const windows = { os: 'windows' as const };
const request = () => fleet.request(`windows ${names++}`, windows);
const running = () => fleet.running(`windows ${names++}`, windows);
const show = (id: string) => http.post(`/internal/v1/sessions/${id}/windows-password`);
const error = (api: string, code: string, times?: number) =>
  fleet.sim('POST', '/faults/errors', { api, code, ...(times && { times }) });

async function parameterOf(id: string): Promise<string | null> {
  const [row] = await fleet.read(
    'select password_parameter from session_manager.session_runtime where session_id = $1',
    [id],
  );
  return (row?.password_parameter ?? null) as string | null;
}

/** What Parameter Store has under this name; null for nothing. */
async function stored(name: string | null) {
  if (name === null) return null;
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  const answer = await ssm.send(command).catch((failure: Error) => {
    if (failure.name !== 'ParameterNotFound') throw failure;
    return null;
  });
  return answer?.Parameter ?? null;
}

async function passwordOf(id: string): Promise<string> {
  const response = await show(id);
  expect(response.status).toBe(200);
  return ((await response.json()) as { password: string }).password;
}

describe('a Windows desktop', () => {
  test('finds its password under a name that nobody guesses, and the gateway may show it', async () => {
    const id = await running();
    const name = await parameterOf(id);
    expect(name).toMatch(new RegExp(`^/deskfleet/deskfleet/${id}/[0-9a-f]{32}/windows-password$`));
    expect(await stored(name)).toMatchObject({ Type: 'SecureString', Version: 1 });
    const response = await show(id);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ username: 'alice', password: (await stored(name))?.Value });
  });

  test('is told the name in its user data', async () => {
    const id = await running();
    const [row] = await fleet.read(
      `select request ->> 'userData' as user_data from session_manager.launch_attempts where session_id = $1`,
      [id],
    );
    const name = Buffer.from((await parameterOf(id)) ?? '').toString('base64');
    const userData = Buffer.from(String(row?.user_data), 'base64').toString('utf8');
    expect(userData).toContain(`$DESKFLEET_PASSWORD_PARAMETER = '${name}'`);
  });

  test('has a password of its own', async () => {
    const [one, other] = [await running(), await running()];
    expect(await passwordOf(one)).not.toBe(await passwordOf(other));
  });

  test('keeps its password over a stop, a start and a second launch', async () => {
    const id = await running();
    const password = await passwordOf(id);
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    expect(await passwordOf(id)).toBe(password);
  });

  test('keeps its password when no zone had room at first', async () => {
    await fleet.sim('POST', '/faults/no-capacity', { instanceType: 'm7i.large' });
    const id = await request();
    await fleet.reaches(id, 'error');
    const name = await parameterOf(id);
    const put = await stored(name);
    await fleet.sim('DELETE', '/faults/no-capacity');
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    expect(await parameterOf(id)).toBe(name);
    expect(await stored(name)).toEqual(put);
  });

  test('and no Linux desktop has one', async () => {
    const id = await fleet.running('linux');
    expect(await parameterOf(id)).toBeNull();
    expect((await show(id)).status).toBe(409);
  });

  test('is not launched without its password: AWS refuses to keep it', async () => {
    await error('PutParameter', 'AccessDeniedException');
    const id = await request();
    expect(await fleet.reaches(id, 'error')).toMatchObject({ reason_code: 'not-authorized-at-aws' });
    expect(await fleet.states(id)).toEqual([]);
    expect(await fleet.attempts(id)).toEqual([]);
  });

  test('waits for its password while AWS throttles', async () => {
    await error('PutParameter', 'ThrottlingException', 2);
    const id = await request();
    await fleet.reaches(id, 'running');
    expect(await passwordOf(id)).toMatch(/^.{28}$/);
  });

  test('whose password has been refused for good says that a limit is reached', async () => {
    await error('PutParameter', 'ParameterLimitExceeded');
    expect(await fleet.reaches(await request(), 'error')).toMatchObject({ reason_code: 'account-limit' });
  });
});

describe('a crash or a lost answer', () => {
  test('after the name was committed: the next try puts the password under that name', async () => {
    const id = await request();
    await error('PutParameter', 'InternalServerError', 1);
    await fleet.pass();
    const name = await parameterOf(id);
    expect(name).not.toBeNull();
    expect(await stored(name)).toBeNull();
    await fleet.reaches(id, 'running');
    expect(await parameterOf(id)).toBe(name);
    expect((await stored(name))?.Version).toBe(1);
  });

  test('after the password was put: it stays the one that it was', async () => {
    const id = await request();
    await fleet.sim('POST', '/faults/lost-responses', { api: 'PutParameter' });
    await fleet.pass();
    const put = await stored(await parameterOf(id));
    expect(put).not.toBeNull();
    await fleet.reaches(id, 'running');
    expect(await stored(await parameterOf(id))).toEqual(put);
  });
});

describe('a password that cannot be shown', () => {
  test('409: before the launch, and after the end', async () => {
    const id = await request();
    expect((await show(id)).status).toBe(409);
    await fleet.reaches(id, 'running');
    await fleet.intend(id, 'terminate');
    await fleet.reaches(id, 'terminated');
    const response = await show(id);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'password-unavailable' });
  });

  test('409: somebody deleted the parameter', async () => {
    const id = await running();
    await error('GetParameter', 'ParameterNotFound', 1);
    expect((await show(id)).status).toBe(409);
  });

  test.each(['ThrottlingException', 'InternalServerError', 'AccessDeniedException'])(
    '503 with a time to come again: %s',
    async (code) => {
      const id = await running();
      await error('GetParameter', code, 1);
      const response = await show(id);
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    },
  );
});

test('no password is in a table, an event, a log line or user data', async () => {
  const id = await running();
  const password = await passwordOf(id);
  await fleet.intend(id, 'terminate');
  await fleet.reaches(id, 'terminated');
  const tables = await fleet.read(
    `select schemaname || '.' || tablename as name from pg_tables where schemaname in ('session_manager', 'api_gateway')`,
  );
  const rows = await Promise.all(tables.map(({ name }) => fleet.read(`select * from ${name} t`)));
  const requests = await fleet.read(
    `select request ->> 'userData' as user_data from session_manager.launch_attempts`,
  );
  const userData = requests.map(({ user_data }) => Buffer.from(String(user_data), 'base64').toString('utf8'));
  expect(userData.length).toBeGreaterThan(0);
  const everywhere = JSON.stringify([rows, userData, fleet.log]);
  expect(everywhere).toContain(id);
  expect(everywhere).not.toContain(password);
  expect(everywhere).not.toContain(Buffer.from(password).toString('base64'));
});

describe('when desktops have ended', () => {
  const sweep = () => fleet.manager.passwordSweep.sweep();
  const end = async (id: string) => {
    await fleet.intend(id, 'terminate');
    await fleet.reaches(id, 'terminated');
  };

  test('their passwords are deleted, and those of living ones stay', async () => {
    const [ended, living] = [await running(), await running()];
    const name = await parameterOf(ended);
    await end(ended);
    fleet.advance(180);
    await sweep();
    expect(await stored(name)).toBeNull();
    expect(await parameterOf(ended)).toBeNull();
    expect(await stored(await parameterOf(living))).not.toBeNull();
  });

  test('a password that is being put when its desktop ends is deleted all the same', async () => {
    const id = await request();
    await error('PutParameter', 'InternalServerError', 1);
    await fleet.pass();
    await end(id);
    // Longer than a call may take: one that is under way still lands before the sweep.
    fleet.advance(60);
    await sweep();
    expect(await parameterOf(id)).not.toBeNull();
    fleet.advance(180);
    await sweep();
    expect(await parameterOf(id)).toBeNull();
  });

  test.each([
    ['AWS throttles', 'errors', { api: 'DeleteParameters', code: 'ThrottlingException', times: 1 }],
    ['the answer is lost', 'lost-responses', { api: 'DeleteParameters' }],
  ])('%s: the next sweep finds it again', async (_why, kind, fault) => {
    const id = await running();
    const name = await parameterOf(id);
    await end(id);
    fleet.advance(180);
    await fleet.sim('POST', `/faults/${kind}`, fault);
    await sweep();
    expect(await parameterOf(id)).toBe(name);
    await sweep();
    expect(await parameterOf(id)).toBeNull();
    expect(await stored(name)).toBeNull();
  });

  test('the running service does it, and looks at its subnets as well', async () => {
    const id = await running();
    await end(id);
    fleet.advance(180);
    fleet.manager.loop.start();
    await eventually(async () => (await parameterOf(id)) === null);
    await eventually(async () => (await fleet.read('select id from session_manager.subnets')).length === 3);
    await fleet.manager.loop.stop();
  });

  test('many are deleted ten at a time', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => request()));
    for (const id of ids) await fleet.intend(id, 'terminate');
    await fleet.pass();
    await fleet.tamper(
      `update session_manager.session_runtime set password_parameter = '/deskfleet/deskfleet/' || session_id || '/x'
       where session_id = any($1)`,
      [ids],
    );
    fleet.advance(180);
    await fleet.sim('DELETE', '/calls');
    await sweep();
    expect((await fleet.callCounts()).DeleteParameters?.calls).toBe(2);
    for (const id of ids) expect(await parameterOf(id)).toBeNull();
  });
});

test('where accounts come from a directory, no password is kept', async () => {
  const other = await Fleet.open({ HOST_ACCOUNTS: 'directory' });
  const itsHttp = await serveInternalHttp(other);
  try {
    const id = await other.running('directory', windows);
    expect((await other.callCounts()).PutParameter).toBeUndefined();
    const response = await itsHttp.post(`/internal/v1/sessions/${id}/windows-password`);
    expect(response.status).toBe(409);
  } finally {
    await itsHttp.close();
    await other.close();
  }
});
