import { eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Guests } from './guests.ts';
import { ManagerProcess } from './manager-process.ts';

const owner = '%owner% allow builtin';
const bob = 'bob allow builtin';

/** Long after any look of its own: what comes sooner was woken, or had set its alarm. */
const rarely = { PERMISSIONS_POLL_SECONDS: '3600' };

let manager: ManagerProcess;
let guests: Guests;
let id: string;
beforeAll(async () => {
  manager = await ManagerProcess.open(rarely);
  guests = new Guests(manager);
  await manager.start();
  id = await manager.running('shared');
});
afterAll(() => manager?.close());

/** The event that the gateway tells with the row. */
async function grant(minutes: number): Promise<string> {
  const share = await guests.grant(id, 'bob', { minutes });
  await manager.publish('deskfleet.access.share-granted.v1', {
    ...{
      sessionId: id,
      owner: 'alice',
      shareId: share,
      user: 'bob',
      permissions: 'full',
      features: ['builtin'],
    },
    ...{ cause: 'user:alice', expiresAt: new Date(Date.now() + minutes * 60_000).toISOString() },
  });
  return share;
}

const isTold = async (names: string[]) => {
  const { digest, guests: told } = (await guests.told(id)) ?? {};
  return digest !== '' && JSON.stringify(told) === JSON.stringify(names);
};
const milliseconds = async (work: () => Promise<unknown>) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

describe('without looking by itself', () => {
  test('the service tells a host when it hears of a share, and ends the connection at the second of its expiry', async () => {
    const lateness: number[] = [];
    for (let round = 0; round < 2; round++) {
      await grant(3 / 60);
      const expiresAt = Date.now() + 3_000;
      await eventually(() => isTold(['bob']), { timeoutMs: 2_500 });
      await guests.connect(id, ['alice', 'bob']);
      const gone = async () => !(await guests.connected(id)).includes('bob');
      await eventually(gone, { timeoutMs: 10_000, intervalMs: 10 });
      lateness.push(Date.now() - expiresAt);
      expect(await guests.connected(id)).toEqual(['alice']);
      await manager.tamper(
        `update api_gateway.shares set ended_at = now(), ended_cause = 'expiry' where ended_at is null`,
        [],
      );
    }
    // Two commands, each of which takes its host 200 ms and is asked for in between.
    for (const late of lateness) expect(late).toBeLessThan(3_000);
  }, 60_000);

  test('a share that is withdrawn takes as long', async () => {
    const share = await grant(60);
    await eventually(() => isTold(['bob']));
    await guests.connect(id, ['alice', 'bob']);
    await guests.withdraw(share);
    const late = await milliseconds(async () => {
      await manager.publish('deskfleet.access.share-revoked.v1', {
        ...{ sessionId: id, owner: 'alice', shareId: share, user: 'bob', permissions: 'full' },
        ...{ cause: 'user:alice', expiresAt: new Date().toISOString() },
      });
      const gone = async () => !(await guests.connected(id)).includes('bob');
      await eventually(gone, { intervalMs: 10 });
    });
    expect(late).toBeLessThan(3_000);
  });
});

describe('a crash', () => {
  const moments = [
    'session-manager.begin-permissions.before-commit',
    'session-manager.begin-permissions.after-commit',
    'aws.GetCommandInvocation.after',
    'session-manager.record-permissions.before-commit',
    'session-manager.record-permissions.after-commit',
  ];
  test.each(moments)(
    'at %s keeps no withdrawn guest connected',
    async (moment) => {
      const share = await grant(60);
      await eventually(() => isTold(['bob']));
      await guests.connect(id, ['alice', 'bob']);
      await manager.stop();
      await guests.withdraw(share);
      await manager.start(moment);
      expect(await manager.dies()).toBe('SIGKILL');
      await manager.start();
      await eventually(() => isTold([]));
      expect([await guests.connected(id), await guests.rules(id)]).toEqual([['alice'], [owner]]);
    },
    60_000,
  );

  test('while a guest is withdrawn keeps nobody out who is let in again meanwhile', async () => {
    const share = await grant(60);
    await eventually(() => isTold(['bob']));
    await manager.stop();
    await guests.withdraw(share);
    await manager.start('session-manager.record-permissions.before-commit');
    expect(await manager.dies()).toBe('SIGKILL');
    expect(await guests.rules(id)).toEqual([owner]);
    await guests.grant(id, 'bob');
    await manager.start();
    await eventually(() => isTold(['bob']));
    expect(await guests.rules(id)).toEqual([owner, bob]);
  }, 60_000);
});
