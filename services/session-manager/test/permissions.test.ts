import { eventually } from '@deskfleet/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SessionManager } from '../src/app.ts';
import { Fleet } from './fleet.ts';
import { Guests } from './guests.ts';

let fleet: Fleet;
let guests: Guests;
let id: string;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
  guests = new Guests(fleet);
});
beforeEach(async () => {
  id = await fleet.running(`shared ${names++}`);
  await guests.commands();
});
afterEach(() => fleet.sim('DELETE', '/faults'));
afterAll(() => fleet?.close());

/** One look at who may use which desktop, and what it sets off; says how many seconds there is nothing to do. */
async function passOf({ permissions }: SessionManager): Promise<number> {
  const seconds = await permissions.pass();
  await permissions.settled();
  return seconds;
}
const pass = () => passOf(fleet.manager);

const owner = '%owner% allow builtin';
const bob = 'bob allow builtin';

describe('a host', () => {
  test('that nobody shares is told nothing', async () => {
    expect(await pass()).toBe(5);
    expect(await guests.commands()).toBe(0);
    expect(await guests.told(id)).toBeUndefined();
  });

  test('is told of a guest, once, and it is recorded', async () => {
    await guests.grant(id, 'bob', { permissions: 'view-only' });
    await pass();
    await pass();
    expect(await guests.rules(id)).toEqual([
      owner,
      'bob allow audio-out display pointer',
      'bob deny unsupervised-access',
    ]);
    expect(await guests.commands()).toBe(1);
    const { state_since } = await fleet.status(id);
    expect(await guests.told(id)).toMatchObject({ guests: ['bob'], state_since, applied_at: fleet.now() });
  });

  test('is told when a guest is withdrawn, who is disconnected, and nobody else is', async () => {
    const share = await guests.grant(id, 'bob');
    await guests.grant(id, 'carol');
    await pass();
    await guests.connect(id, ['alice', 'bob', 'bob', 'carol']);
    await guests.withdraw(share);
    await pass();
    expect(await guests.rules(id)).toEqual([owner, 'carol allow builtin']);
    expect(await guests.connected(id)).toEqual(['alice', 'carol']);
    expect(await guests.told(id)).toMatchObject({ guests: ['carol'] });
  });

  test('is told at the second at which a share expires, also while the gateway has not ended it', async () => {
    await guests.grant(id, 'bob', { minutes: 10 });
    await pass();
    await guests.connect(id, ['alice', 'bob']);
    fleet.advance(598);
    expect(await pass()).toBe(2);
    expect(await guests.connected(id)).toEqual(['alice', 'bob']);
    fleet.advance(2);
    await pass();
    expect(await guests.rules(id)).toEqual([owner]);
    expect(await guests.connected(id)).toEqual(['alice']);
  });

  test('is told of other permissions without anybody being disconnected', async () => {
    const share = await guests.grant(id, 'bob');
    await pass();
    await guests.connect(id, ['alice', 'bob']);
    await guests.withdraw(share);
    await guests.grant(id, 'bob', { permissions: 'view-only' });
    await pass();
    expect(await guests.rules(id)).toContain('bob allow audio-out display pointer');
    expect(await guests.connected(id)).toEqual(['alice', 'bob']);
  });

  test('is told again of a share that takes the place of one like it, so that it is known to be in force', async () => {
    const first = await guests.grant(id, 'bob');
    await pass();
    await guests.connect(id, ['alice', 'bob']);
    await guests.withdraw(first);
    const second = await guests.grant(id, 'bob');
    await pass();
    expect(await guests.told(id)).toMatchObject({ share_ids: [second] });
    expect(await guests.connected(id)).toEqual(['alice', 'bob']);
  });

  test('has no room for a guest who is disabled, and has it again when they are enabled', async () => {
    await guests.grant(id, 'dave');
    await pass();
    await guests.connect(id, ['alice', 'dave']);
    await guests.disable('dave');
    await pass();
    expect(await guests.rules(id)).toEqual([owner]);
    expect(await guests.connected(id)).toEqual(['alice']);
    await guests.enable('dave');
    await pass();
    expect(await guests.rules(id)).toEqual([owner, 'dave allow builtin']);
  });

  test('disconnects an owner who is disabled, whether or not it was shared', async () => {
    await guests.connect(id, ['alice']);
    await guests.disable('alice');
    await pass();
    expect(await guests.rules(id)).toEqual(['%owner% deny builtin']);
    expect(await guests.connected(id)).toEqual([]);
    await guests.enable('alice');
    await pass();
    expect(await guests.rules(id)).toEqual([owner]);
  });

  test('that does not run is told nothing until it does', async () => {
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await guests.grant(id, 'bob');
    await guests.commands();
    await pass();
    expect([await guests.commands(), await guests.told(id)]).toEqual([0, undefined]);
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    await pass();
    expect(await guests.rules(id)).toEqual([owner, bob]);
  });

  test('of an ended session is forgotten', async () => {
    await guests.grant(id, 'bob');
    await pass();
    await fleet.intend(id, 'terminate');
    await fleet.reaches(id, 'terminated');
    await pass();
    expect(await guests.told(id)).toBeUndefined();
  });
});

describe('at every start a host is told again', () => {
  const restarts: [string, (desktop: string) => Promise<unknown>][] = [
    [
      'after a stop',
      async (desktop) => {
        await fleet.intend(desktop, 'stop');
        await fleet.reaches(desktop, 'stopped');
        await fleet.intend(desktop, 'start');
        await fleet.reaches(desktop, 'running');
      },
    ],
    [
      'after a hibernation',
      async (desktop) => {
        await fleet.intend(desktop, 'stop', { mode: 'hibernate' });
        await fleet.reaches(desktop, 'hibernated');
        await fleet.intend(desktop, 'start');
        await fleet.reaches(desktop, 'running');
      },
    ],
    [
      'after a reboot',
      async (desktop) => {
        await fleet.intend(desktop, 'reboot');
        await fleet.reaches(desktop, 'starting');
        await fleet.reaches(desktop, 'running');
      },
    ],
  ];
  test.each(restarts)('%s', async (_, restart) => {
    const desktop = await fleet.running(`restarted ${names++}`, { hibernation: true });
    const share = await guests.grant(desktop, 'bob');
    await pass();
    const before = await guests.told(desktop);
    await restart(desktop);
    await guests.commands();
    await pass();
    expect(await guests.commands()).toBe(1);
    const after = await guests.told(desktop);
    expect(after).toMatchObject({
      digest: before?.digest,
      state_since: (await fleet.status(desktop)).state_since,
    });
    expect(after?.state_since).not.toEqual(before?.state_since);

    await guests.withdraw(share);
    await restart(desktop);
    expect(await guests.rules(desktop)).toEqual([owner, bob]);
    await pass();
    expect(await guests.rules(desktop)).toEqual([owner]);
  });
});

describe('a host that cannot be told', () => {
  test('because it is silent keeps no other waiting', async () => {
    const patient = await Fleet.open({ READINESS_WAIT_SECONDS: '4' });
    try {
      const visitors = new Guests(patient);
      const [silent, other] = [await patient.running('silent'), await patient.running('other')];
      await patient.host(silent, { agent: 'silent' });
      await visitors.grant(silent, 'bob');
      await patient.manager.permissions.pass();
      await visitors.grant(other, 'bob');
      await patient.manager.permissions.pass();
      await eventually(async () => expect(await visitors.told(other)).toMatchObject({ guests: ['bob'] }));
      expect(patient.log.filter((line) => line.includes('could not be told'))).toEqual([]);
      await patient.manager.permissions.settled();
      expect(patient.log.filter((line) => line.includes('could not be told'))).toHaveLength(1);
    } finally {
      await patient.close();
    }
  });

  test('because it is silent is tried again later and later, and comes round', async () => {
    await fleet.host(id, { agent: 'silent' });
    await guests.grant(id, 'bob');
    await pass();
    await guests.commands();
    expect(await guests.told(id)).toMatchObject({ digest: '', guests: [] });
    const tries: number[] = [];
    for (const seconds of [4, 1, 9, 1, 19, 1]) {
      fleet.advance(seconds);
      await pass();
      tries.push(await guests.commands());
    }
    expect(tries).toEqual([0, 1, 0, 1, 0, 1]);
    await fleet.host(id, { agent: 'ok' });
    fleet.advance(40);
    await pass();
    expect(await guests.rules(id)).toEqual([owner, bob]);
    expect(await guests.told(id)).toMatchObject({ guests: ['bob'] });
  });

  test('for five minutes raises one alert', async () => {
    await fleet.sim('POST', '/faults/errors', { api: 'SendCommand', code: 'ThrottlingException' });
    await guests.grant(id, 'bob');
    await pass();
    const before = await fleet.alerts('permissions-overdue');
    fleet.advance(299);
    await pass();
    expect(await fleet.alerts('permissions-overdue')).toBe(before);
    fleet.advance(1);
    await pass();
    fleet.advance(300);
    await pass();
    expect(await fleet.alerts('permissions-overdue')).toBe(before + 1);
    await fleet.sim('DELETE', '/faults/errors');
    fleet.advance(60);
    await pass();
    expect(await guests.rules(id)).toEqual([owner, bob]);
  });

  test('and stops running meanwhile is no failure', async () => {
    await fleet.host(id, { agent: 'silent' });
    await guests.grant(id, 'bob');
    await pass();
    await fleet.host(id, { agent: 'ok' });
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    const before = await fleet.alerts('permissions-overdue');
    fleet.advance(400);
    await pass();
    expect(await fleet.alerts('permissions-overdue')).toBe(before);
  });

  test('because AWS does not let us says so to operators', async () => {
    const before = await fleet.alerts('aws-refuses');
    await fleet.sim('POST', '/faults/errors', { api: 'SendCommand', code: 'AccessDeniedException' });
    await guests.grant(id, 'bob');
    await pass();
    expect(await fleet.alerts('aws-refuses')).toBe(before + 1);
  });

  test('because its DCV is down is told when it is back, and the guest withdrawn meanwhile is gone then', async () => {
    const share = await guests.grant(id, 'bob');
    await pass();
    await guests.connect(id, ['alice', 'bob']);
    await fleet.host(id, { dcv: 'down' });
    await guests.withdraw(share);
    await pass();
    expect(await guests.connected(id)).toEqual(['alice', 'bob']);
    expect((await guests.told(id))?.digest).toBe('');
    await fleet.host(id, { dcv: 'ok' });
    fleet.advance(5);
    await pass();
    expect(await guests.connected(id)).toEqual(['alice']);
    expect(await guests.told(id)).toMatchObject({ guests: [] });
  });

  test('because somebody is still connected is not taken for told', async () => {
    const share = await guests.grant(id, 'bob');
    await pass();
    await guests.connect(id, ['alice', 'bob']);
    await fleet.host(id, { dcv: 'keeps-connections' });
    await guests.withdraw(share);
    await pass();
    expect(await guests.rules(id)).toEqual([owner]);
    expect((await guests.told(id))?.digest).toBe('');
    await fleet.host(id, { dcv: 'ok' });
    fleet.advance(5);
    await pass();
    expect(await guests.connected(id)).toEqual(['alice']);
    expect((await guests.told(id))?.digest).not.toBe('');
  });
});

test('of two replicas one tells a host', async () => {
  const pair = await Fleet.open({ PORT: '0' });
  try {
    const visitors = new Guests(pair);
    const replica = pair.replica();
    const desktop = await pair.running('desktop');
    await visitors.grant(desktop, 'bob');
    await visitors.commands();
    await Promise.all([passOf(pair.manager), passOf(replica)]);
    await Promise.all([passOf(pair.manager), passOf(replica)]);
    expect(await visitors.commands()).toBe(1);
    expect(await visitors.rules(desktop)).toEqual([owner, bob]);
  } finally {
    await pair.close();
  }
});

test('a Windows host is told, by the names that its domain has', async () => {
  const domain = { HOST_ACCOUNTS: 'directory', DCV_WINDOWS_NETBIOS_DOMAIN: 'CORP' };
  const inDomain = await Fleet.open({ ...domain, ALLOW_DOWNLOAD_FROM_PORTAL: 'False' });
  try {
    const visitors = new Guests(inDomain);
    const windows = await inDomain.running('windows', { os: 'windows' });
    const share = await visitors.grant(windows, 'bob');
    await visitors.grant(windows, 'carol@corp.example');
    await passOf(inDomain.manager);
    expect(await visitors.rules(windows)).toEqual([
      owner,
      'CORP\\bob allow builtin',
      'carol@corp.example allow builtin',
      '%any% deny file-download',
    ]);
    await visitors.connect(windows, ['Alice', 'corp\\BOB', 'CORP\\alice', 'carol@corp.example']);
    await visitors.withdraw(share);
    await passOf(inDomain.manager);
    expect(await visitors.connected(windows)).toEqual(['Alice', 'CORP\\alice', 'carol@corp.example']);
  } finally {
    await inDomain.close();
  }
});

test('a guest whose name no rule can have is left out, and operators can read it', async () => {
  const linux = await Fleet.open({ HOST_ACCOUNTS: 'directory' });
  try {
    const visitors = new Guests(linux);
    const desktop = await linux.running('desktop');
    await visitors.grant(desktop, 'osgroup:staff');
    await visitors.grant(desktop, 'bob');
    await passOf(linux.manager);
    await passOf(linux.manager);
    expect(await visitors.rules(desktop)).toEqual([owner, bob]);
    const said = linux.log.filter((line) => line.includes('osgroup:staff'));
    expect(said).toHaveLength(1);
  } finally {
    await linux.close();
  }
});
