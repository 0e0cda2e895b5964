import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { repositoryRoot } from '@deskfleet/embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDesktop, RunningSystem } from './running-system.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start({ IDLE_WARNING_MINUTES: '0' });
}, 90_000);
afterAll(() => system?.remove());

test('the README’s walk-through works as pasted', async () => {
  const readme = await readFile(`${repositoryRoot}/README.md`, 'utf8');
  const [, script = ''] = /```sh\n(export TOKEN=[\s\S]*?)```/.exec(readme) ?? [];
  // Its page is opened by a person while the desktop runs: here, before the next line goes on.
  const [launch = '', rest = ''] = script.split(/(?=^api \$API\/sessions\/\$ID\/stop)/m);
  const printed = await paste(`${launch}\nkill $WATCH; echo "ID=$ID"`);
  const browserUrl = printed.split('\n').find((line) => line.includes('authToken=')) ?? '';
  expect(await openDesktop(browserUrl)).toMatchObject({ result: 'yes', username: 'alice' });
  expect(printed).toContain('event: deskfleet.session.running.v1');

  const [, id = ''] = /^ID=(.+)$/m.exec(printed) ?? [];
  const setUp = launch.split('\n').slice(0, 3).join('\n');
  await paste(`${setUp}\nID=${id}\n${rest}`);
  expect(await (await system.as('alice')).session(id)).toMatchObject({ state: 'terminated' });
}, 120_000);

test('a desktop is shared as the README says', async () => {
  const readme = await readFile(`${repositoryRoot}/README.md`, 'utf8');
  const [, setUp = ''] = /```sh\n(export TOKEN=[^\n]*\napi[^\n]*\n)/.exec(readme) ?? [];
  const [, script = ''] = /```sh\n(BOB=[\s\S]*?)```/.exec(readme) ?? [];
  const printed = await paste(`${setUp}\n${script}\necho "ID=$ID"`);
  const browserUrl = printed.split('\n').find((line) => line.includes('authToken=')) ?? '';
  expect(await openDesktop(browserUrl)).toMatchObject({ result: 'yes', username: 'bob' });
  const [, id = ''] = /^ID=(.+)$/m.exec(printed) ?? [];
  await (await system.as('alice')).ask(id, 'terminate');
}, 120_000);

test('a desktop starts, and stops, by a schedule within three minutes of real time', async () => {
  const readme = await readFile(`${repositoryRoot}/README.md`, 'utf8');
  const [, setUp = ''] = /```sh\n(export TOKEN=[^\n]*\napi[^\n]*\n)/.exec(readme) ?? [];
  const [, script = ''] = /```sh\n(ID=[\s\S]*?nine-to-five[\s\S]*?)```/.exec(readme) ?? [];
  const began = Date.now();
  const printed = await paste(`${setUp}\n${script}`);
  expect(Date.now() - began).toBeLessThan(180_000);
  const history = printed.split('\n').find((line) => line.startsWith('{"items":[{"kind"')) ?? '{"items":[]}';
  const { items } = JSON.parse(history) as { items: { to: string; cause: string }[] };
  // Newest first: started by the schedule, and stopped by it.
  expect(items.slice(0, 5).map(({ to, cause }) => `${to} ${cause}`)).toEqual([
    'stopped schedule',
    'stopping schedule',
    'running schedule',
    'starting schedule',
    'provisioning schedule',
  ]);
}, 240_000);

/** Runs lines of the README in a shell, against the system under test instead of port 8080 and the default folder. */
async function paste(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', script.replaceAll('localhost:8080', `localhost:${system.port}`)],
    {
      cwd: repositoryRoot,
      env: { ...process.env, DESKFLEET_DATA_DIR: system.dataDir },
    },
  );
  return stdout;
}
