import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session, SessionList } from '@deskfleet/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadGatewayConfig, pricesOf } from '../src/config.ts';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { scheduleSteps } from './schedule-steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'prices-'));
const fileOf = (content: unknown) => {
  const path = join(folder, 'prices.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const prices = { currency: 'USD', regions: { 'us-east-1': { linux: { 'm7i.large': 0.5 } } } };

let gateway: Gateway;
beforeAll(async () => {
  const PRICES_FILE = fileOf(prices);
  gateway = await startTestGateway({ PRICES_FILE, AWS_REGION: 'us-east-1', RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true });
});

/** A desktop with steps so many hours ago, as session-manager writes them. */
async function desktopWithSteps(user: string, steps: [state: string, hoursAgo: number][]): Promise<string> {
  const { id } = await gateway.create(user);
  await gateway.setState(id, steps.at(-1)?.[0] ?? 'requested');
  await gateway.owner.query(
    `update api_gateway.sessions set created_at = now() - interval '90 days' where id = $1`,
    [id],
  );
  for (const [to, hoursAgo] of steps) {
    await gateway.owner.query(
      `insert into session_manager.session_transitions (session_id, to_state, cause, at)
       values ($1, $2, 'schedule', now() - $3 * interval '1 hour')`,
      [id, to, hoursAgo],
    );
  }
  return id;
}
const read = async (user: string, id: string) =>
  (await gateway.send<Session>(user, `GET /v1/sessions/${id}`)).body;

/** Hours since the month began: tests run on its first day as well. */
function monthSoFar() {
  const now = new Date();
  return (now.getTime() - Date.UTC(now.getUTCFullYear(), now.getUTCMonth())) / 3_600_000;
}

test('a desktop tells how long it has run and rested this month, and what that cost and saved', async () => {
  const id = await desktopWithSteps('alice', [
    ['running', 2_000],
    ['stopped', 1.5],
    ['running', 0.5],
  ]);
  const { usage, cost } = await read('alice', id);
  const begin = new Date(new Date().toISOString().slice(0, 7));
  const stopped = Math.max(0, Math.min(1.5, monthSoFar()) - Math.min(0.5, monthSoFar()));
  expect(usage.since).toBe(begin.toISOString());
  expect(usage.stoppedHours).toBeCloseTo(stopped, 1);
  expect(usage.runningHours + usage.stoppedHours).toBeCloseTo(monthSoFar(), 1);
  expect(cost).toMatchObject({ currency: 'USD', hourly: 0.5 });
  expect(cost?.monthToDate).toBeCloseTo(usage.runningHours * 0.5, 1);
  expect(cost?.savedMonthToDate).toBeCloseTo(usage.stoppedHours * 0.5, 1);
});

test('an error that began before the month counts by what was before it', async () => {
  const runs = await desktopWithSteps('alice', [
    ['starting', 2_000],
    ['error', 1_999],
  ]);
  const failed = await desktopWithSteps('alice', [
    ['requested', 2_000],
    ['error', 1_999],
  ]);
  expect((await read('alice', runs)).usage.runningHours).toBeCloseTo(monthSoFar(), 1);
  expect((await read('alice', failed)).usage.runningHours).toBe(0);
});

test('the list and every answer about a desktop tell the same, each of its own', async () => {
  const stopped = await desktopWithSteps('carl', [['stopped', 2_000]]);
  const running = await desktopWithSteps('carl', [['running', 2_000]]);
  const { items } = (await gateway.send<SessionList>('carl', 'GET /v1/sessions')).body;
  const ofItem = (id: string) => items.find((item) => item.id === id)?.usage;
  expect(ofItem(running)?.runningHours).toBeCloseTo(monthSoFar(), 1);
  expect(ofItem(running)?.stoppedHours).toBe(0);
  expect(ofItem(stopped)?.stoppedHours).toBeCloseTo(monthSoFar(), 1);
  const kept = await scheduleSteps(gateway).sentAs('carl').keepAlive(running);
  expect(kept.body.usage.runningHours).toBeCloseTo(monthSoFar(), 1);
});

test('a type without a price has hours and no cost', async () => {
  const { id, usage, cost } = await gateway.create('alice', { instanceType: 'm7i.4xlarge' });
  expect(usage).toMatchObject({ runningHours: 0, stoppedHours: 0 });
  expect([cost, (await read('alice', id)).cost]).toEqual([null, null]);
});

describe('PRICES_FILE', () => {
  const load = (content: unknown) =>
    loadGatewayConfig({ ...gateway.environment, PRICES_FILE: fileOf(content) });

  test('tells all faults of the file at once, before anything starts', () => {
    const broken = {
      currency: 'dollars',
      region: {},
      regions: {
        'us-east-1': { linux: { 'm7i.large': '0.1', 'm7i.xlarge': 0 }, macos: {} },
        Virginia: { linux: {} },
        'eu-west-1': { windows: { large: 1 } },
        'eu-west-2': {},
      },
    };
    for (const fault of [
      /PRICES_FILE names the file \S+prices.json, where currency is not three capital letters/,
      /where region does not belong there/,
      /where regions > us-east-1 > linux > m7i.large is not a number above 0/,
      /where regions > us-east-1 > linux > m7i.xlarge is not a number above 0/,
      /where regions > us-east-1 > macos is neither linux nor windows/,
      /where regions > Virginia is not a region/,
      /where regions > eu-west-1 > windows > large is not an instance type/,
      /where regions > eu-west-2 is empty/,
      /has 8 faults/,
    ]) {
      expect(() => load(broken)).toThrow(fault);
    }
  });

  test.each([
    ['no JSON', '{"currency": ', /which is not JSON/],
    ['a list', [], /where all of it is not an object/],
    ['nothing', {}, /where all of it is empty/],
    ['no prices', { currency: 'USD' }, /where regions is missing/],
  ])('that has %s is refused', (_what, content, says) => {
    expect(() => load(content)).toThrow(says);
  });

  test('that is not there, or has no region to be read for, is refused', () => {
    const { AWS_REGION: _, ...environment } = gateway.environment;
    expect(() => loadGatewayConfig({ ...environment, PRICES_FILE: '/nowhere.json' })).toThrow(
      /AWS_REGION is not set, but PRICES_FILE needs it[\s\S]*\/nowhere\.json, which cannot be read/,
    );
  });

  test('may be as docs/prices.md shows it', async () => {
    const page = await readFile(new URL('../../../docs/prices.md', import.meta.url), 'utf8');
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    expect(pricesOf(load(example).config).prices?.hourly.linux).toHaveProperty(['m7i.large']);
  });
});
