import { afterEach, expect, test } from 'vitest';
import { crowd } from './crowd.ts';
import { startDue } from './due-events.ts';
import { Fleet } from './fleet.ts';

let fleet: Fleet | undefined;
afterEach(() => fleet?.close());

/** `SCALE=full npx vitest run …` takes the whole fleets; every run of the tests takes a sample of them. */
const isFull = process.env.SCALE === 'full';
const due = isFull ? 3000 : 1200;
const fleetSize = isFull ? 10_000 : 1_000;

/** Between two passes: longer than in service, so that the test has fewer of them. */
const passSeconds = isFull ? 5 : 15;

/** AWS's default buckets: 1,000 instances at once, and two more a second (EC2 API throttling). */
const seconds = (starts: number) => (starts - 1000) / 2;

test(
  `${due} due starts take as long as AWS’s buckets make them, in few calls, and a person’s click comes first`,
  async () => {
    fleet = await Fleet.open({ PROVISIONING_TIMEOUT_MINUTES: '600' });
    await crowd(fleet, due + 1, 'stopped');
    await fleet.pass();
    await fleet.sim('PATCH', '/delays', { pendingSeconds: 100_000 });
    await fleet.sim('PATCH', '/faults', { throttling: true });
    await fleet.sim('DELETE', '/calls');
    const [person, ...others] = (await fleet.read(
      'select session_id as id from session_manager.session_runtime order by session_id',
    )) as { id: string }[];
    for (const { id } of others) await startDue(fleet, id);
    const begun = fleet.now().getTime();
    let clicked = 0;
    while ((await started(fleet)) < due + 1) {
      await fleet.pass({ everything: false });
      if (clicked === 0 && fleet.now().getTime() - begun >= 60_000) {
        await fleet.intend(person?.id ?? '', 'start');
        clicked = fleet.now().getTime();
        await fleet.pass({ everything: false });
        fleet.advance(2);
        await fleet.pass({ everything: false });
        expect(await fleet.status(person?.id ?? '')).toMatchObject({ state: 'provisioning' });
      }
      fleet.advance(passSeconds);
    }
    const took = (fleet.now().getTime() - begun) / 1000;
    const { StartInstances, DescribeInstances } = await fleet.callCounts();
    report(`${due} starts`, { took, least: seconds(due), StartInstances, DescribeInstances });
    // The clock moves in steps, of which the sample has few: its last ones are not AWS's.
    const steps = isFull ? 0 : 2 * passSeconds;
    expect(took).toBeLessThanOrEqual(1.05 * seconds(due) + steps);
    expect(StartInstances).toMatchObject({ errors: {}, instances: due + 1 });
    // Ten calls for the first thousand, then what has come together: never one for each desktop.
    expect(StartInstances?.calls).toBeLessThan(due / 10);
  },
  isFull ? 900_000 : 120_000,
);

test(
  `${fleetSize} desktops are reconciled in two DescribeInstances calls more than they have pages`,
  async () => {
    fleet = await Fleet.open();
    await crowd(fleet, fleetSize, 'running');
    await fleet.pass();
    await fleet.sim('DELETE', '/calls');
    const cpu = process.cpuUsage();
    await fleet.pass();
    const { user, system } = process.cpuUsage(cpu);
    const { DescribeInstances, ...others } = await fleet.callCounts();
    report(`${fleetSize} reconciled`, { cpuSeconds: (user + system) / 1e6, DescribeInstances });
    expect(DescribeInstances?.calls).toBeLessThanOrEqual(fleetSize / 1000 + 2);
    expect(Object.keys(others).filter((api) => api.endsWith('Instances'))).toEqual([]);
  },
  isFull ? 900_000 : 120_000,
);

async function started(of: Fleet): Promise<number> {
  const [row] = await of.read(
    `select count(*)::int as count from session_manager.session_runtime where state = 'provisioning'`,
  );
  return Number(row?.count);
}

/** What was measured, for whoever runs the test by itself. */
function report(what: string, figures: object): void {
  process.stdout.write(`${what}: ${JSON.stringify(figures)}\n`);
}
