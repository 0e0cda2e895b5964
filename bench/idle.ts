import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@deskfleet/embedded';
import pg from 'pg';
import { startBenchProcess } from './bench-process.ts';
import { type BenchServers, startBenchServers } from './bench-servers.ts';
import { addIdleDesktops } from './idle-desktops.ts';
import { type Measurement, median } from './measurement.ts';

const desktops = 10_000;
const rounds = 3;
/** Of ten desktops, three have a CPU that is so low that their hosts are asked. */
const askedShare = 0.3;
const silentShare = 0.01;
const hostSeconds = 10;
const latencyMs = 50;

interface Sweep {
  calls: number;
  seconds: number;
  cpuSeconds: number;
}

/** The idle-monitor beside 10,000 running desktops: what a sweep asks of AWS, and what it takes. */
export async function benchIdle(): Promise<Measurement[]> {
  const servers = await startBenchServers();
  const owner = new pg.Pool({ connectionString: servers.ownerUrl, max: 2 });
  owner.on('error', () => {});
  try {
    const simulator = await startBenchProcess(servers, {
      file: 'packages/aws-simulator/src/main.ts',
      readyPath: '/_sim/clock',
      env: { SIM_THROTTLING: 'off', SIM_BOOT_SECONDS: '1' },
    });
    say(`launching ${desktops.toLocaleString('en')} desktops`);
    const ids = await addIdleDesktops(owner, simulator, { desktops, askedShare });
    await steer(simulator, '/delays', { commandSeconds: hostSeconds });
    await steer(simulator, '/faults', { latencyMs });
    await fetch(`${simulator}/_sim/calls`, { method: 'DELETE' });
    const monitor = await startMonitor(servers, simulator);
    const sweep = (count: number) => measureSweep({ owner, simulator, monitor, count });
    say('a first sweep, which learns how long hosts take');
    const cold = await firstSweep({ owner, simulator, monitor });
    const growth = [await sweep(100), await sweep(1_000)];
    const clean: Sweep[] = [];
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`);
      clean.push(await sweep(desktops));
    }
    say('with silent hosts');
    const asked = ids.filter((_, index) => index % 10 < askedShare * 10);
    const silent = asked.filter((_, index) => index % (1 / silentShare) === 0);
    for (const id of silent) await steer(simulator, `/instances/${id}`, { agent: 'silent' });
    const withSilent = await sweep(desktops);
    return figures({ cold, growth, clean, withSilent });
  } finally {
    await owner.end();
    await servers.stop();
  }
}

function figures(sweeps: { cold: Sweep; growth: Sweep[]; clean: Sweep[]; withSilent: Sweep }): Measurement[] {
  const { cold, growth, clean, withSilent } = sweeps;
  const calls = median(clean.map((one) => one.calls));
  const seconds = median(clean.map((one) => one.seconds));
  const cpu = median(clean.map((one) => one.cpuSeconds));
  const [hundred, thousand] = growth as [Sweep, Sweep];
  const informal = { target: '–', met: true };
  const callsOf = (name: string, measured: number, count: number, factor: number | null): Measurement => ({
    name: `calls, ${name}`,
    measured,
    unit: 'calls',
    reference: bound(count),
    ...(factor === null ? informal : { target: `≤ ${factor} ×`, met: measured <= factor * bound(count) }),
  });
  const timed = (name: string, measured: number, atMost: number | null): Measurement => ({
    name,
    measured,
    unit: 's',
    reference: name.startsWith('CPU') ? null : hostSeconds,
    ...(atMost === null ? informal : { target: `≤ ${atMost} s`, met: measured <= atMost }),
  });
  return [
    callsOf('10,000 desktops, clean', calls, desktops, 1.05),
    callsOf('10,000 desktops, 1 % silent', withSilent.calls, desktops, 1.5),
    callsOf('first sweep', cold.calls, desktops, null),
    callsOf('1,000 desktops', thousand.calls, 1_000, null),
    callsOf('100 desktops', hundred.calls, 100, null),
    timed('wall, 10,000 desktops, clean', seconds, 20),
    timed('wall, 10,000 desktops, 1 % silent', withSilent.seconds, 20),
    timed('wall, first sweep', cold.seconds, null),
    timed('CPU, 10,000 desktops, clean', cpu, 3),
    timed('CPU, 10,000 desktops, 1 % silent', withSilent.cpuSeconds, 3),
    timed('CPU, 1,000 desktops', thousand.cpuSeconds, null),
    timed('CPU, 100 desktops', hundred.cpuSeconds, null),
  ];
}

/** What a process does as soon as it has started. */
async function firstSweep({ owner, simulator, monitor }: Omit<SweepParts, 'count'>): Promise<Sweep> {
  await eventually(async () => (await readMetrics(monitor)).seconds > 0);
  if ((await rowsOf(owner, 'checked_at is not null')) < desktops) throw new Error('Not all were looked at.');
  return { calls: await callsOf(simulator), ...(await readMetrics(monitor)) };
}

/** Of R desktops of which C are asked: ⌈R/500⌉ + 2⌈C/50⌉. */
function bound(count: number): number {
  return Math.ceil(count / 500) + 2 * Math.ceil((count * askedShare) / 50);
}

async function startMonitor(servers: BenchServers, simulator: string): Promise<string> {
  const metricsPort = await freePort();
  await startBenchProcess(servers, {
    file: 'services/idle-monitor/src/main.ts',
    readyPath: '/readyz',
    env: {
      DATABASE_URL: servers.urlFor('idle_monitor'),
      NATS_URL: servers.natsUrl,
      PUBLIC_URL: 'http://localhost:8080',
      METRICS_PORT: String(metricsPort),
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: simulator,
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      // Sweeps come when the bench makes desktops due, and at no other time.
      IDLE_CHECK_INTERVAL_MINUTES: '1440',
    },
  });
  return `http://127.0.0.1:${metricsPort}/metrics`;
}

interface SweepParts {
  owner: pg.Pool;
  simulator: string;
  monitor: string;
  /** Desktops that are due. */
  count: number;
}

async function measureSweep({ owner, simulator, monitor, count }: SweepParts): Promise<Sweep> {
  await eventually(async () => (await rowsOf(owner, 'true')) === desktops);
  await fetch(`${simulator}/_sim/calls`, { method: 'DELETE' });
  const before = await readMetrics(monitor);
  await owner.query(
    `update idle_monitor.idle_state st set checked_at = null, warned_at = null, last_access_at = null, access_mark = null,
       next_check_at = date_trunc('milliseconds', now())
     from api_gateway.sessions s where s.id = st.session_id and s.name::int < $1`,
    [count],
  );
  await eventually(async () => (await rowsOf(owner, 'next_check_at <= now()')) === 0);
  await eventually(async () => (await readMetrics(monitor)).seconds > before.seconds);
  const after = await readMetrics(monitor);
  return {
    calls: await callsOf(simulator),
    seconds: after.seconds - before.seconds,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
  };
}

async function rowsOf(owner: pg.Pool, condition: string): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    `select count(*)::int as count from idle_monitor.idle_state where ${condition}`,
  );
  return rows[0]?.count ?? 0;
}

async function readMetrics(url: string): Promise<{ seconds: number; cpuSeconds: number }> {
  const text = await (await fetch(url)).text();
  const read = (name: string) => {
    const [, value] = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text) ?? [];
    return Number(value ?? 0);
  };
  return { seconds: read('deskfleet_idle_sweep_seconds_sum'), cpuSeconds: read('process_cpu_seconds_total') };
}

async function callsOf(simulator: string): Promise<number> {
  const answer = await fetch(`${simulator}/_sim/calls`);
  const { calls } = (await answer.json()) as { calls: Record<string, { calls: number }> };
  return Object.values(calls).reduce((sum, one) => sum + one.calls, 0);
}

async function steer(simulator: string, path: string, change: object): Promise<void> {
  const response = await fetch(`${simulator}/_sim${path}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 120_000;
  while (!(await check())) {
    if (performance.now() > giveUpAt) throw new Error('The sweep did not end within two minutes.');
    await pause(100);
  }
}

function say(text: string): void {
  console.error(`idle: ${text}`);
}
