import {
  nextTransition,
  type Schedule,
  type ScheduleDay,
  subjectFilterOf,
  weekOf,
} from '@deskfleet/contracts';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { startBenchProcess } from './bench-process.ts';
import { type BenchServers, startBenchServers } from './bench-servers.ts';
import { measurePasses } from './measure-passes.ts';
import { type Measurement, median, quantile } from './measurement.ts';

const sessions = 100_000;
const edgesInOneMinute = 3_000;
const rounds = 3;
const minute = 60_000;
const stackId = '01990000-0000-7000-8000-000000000011';

/** The scheduler beside 100,000 sessions: what a look costs, and how late edges are told. */
export async function benchSchedule(): Promise<Measurement[]> {
  const recompute = measureRecomputing();
  const servers = await startBenchServers();
  const owner = new pg.Pool({ connectionString: servers.ownerUrl, max: 2 });
  owner.on('error', () => {});
  try {
    say(`adding ${sessions.toLocaleString('en')} sessions`);
    await addSessions(owner);
    say('the scheduler looks at all of them for the first time');
    const first = await startScheduler(servers, owner);
    // As a system is that has run for a while, not as one that has just written a hundred thousand rows three times.
    for (const statement of ['vacuum (analyze)', 'checkpoint']) await owner.query(statement);
    const pass = await measurePasses(servers.urlFor('scheduler'));
    const lateness = await measureLateness(servers, owner);
    return [recompute, first, ...pass, ...lateness];
  } finally {
    await owner.end();
    await servers.stop();
  }
}

/** Pure arithmetic, of schedules that were just read, in all zones. */
function measureRecomputing(): Measurement {
  const zones = Intl.supportedValuesOf('timeZone');
  const now = new Date();
  const texts = zones.map((zone) => JSON.stringify(scheduleOf(zone, 0)));
  const recompute = () => {
    const began = performance.now();
    for (let n = 0; n < sessions; n++)
      nextTransition(JSON.parse(texts[n % texts.length] ?? '') as Schedule, now);
    return performance.now() - began;
  };
  // The first round reads the jumps of the zones.
  const measured = median([recompute(), recompute(), recompute()]);
  return {
    name: 'next transition of 100,000 schedules',
    measured,
    unit: 'ms',
    reference: null,
    target: 'seconds, not minutes',
    met: measured < 10_000,
  };
}

/** Monday to Sunday, 17 minutes off the hour at which this began, so that no edge falls into what is measured. */
function scheduleOf(timezone: string, offMinutes: number): Schedule {
  const off = String((new Date().getUTCMinutes() + 17 + offMinutes) % 60).padStart(2, '0');
  const day = { type: 'custom' as const, windows: [{ start: `08:${off}`, end: `19:${off}` }] };
  return { timezone, week: weekOf(day), exceptions: [] };
}

async function addSessions(owner: pg.Pool): Promise<void> {
  const zones = Intl.supportedValuesOf('timeZone');
  await owner.query("insert into api_gateway.users (name, last_seen_at) values ('alice', now())");
  await owner.query(
    `with s as (
       insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib,
         session_type, created_at, generation, schedule, schedule_changed_at)
       select uuidv7(), 'alice', 'd' || n, 'linux', $2, 'm7i.large', 50, 'default', '2026-01-01', 1,
         ($3::jsonb[])[1 + n % array_length($3::jsonb[], 1)], '2026-01-01'
       from generate_series(1, $1) n returning id),
     i as (insert into api_gateway.session_intents (session_id, seq, kind, args, cause, at)
       select id, 1, 'launch', '{}', 'user:alice', '2026-01-01' from s)
     insert into session_manager.session_runtime (session_id, state, state_since, applied_seq, desired, desired_cause,
       instance_type, updated_at)
     select id, 'running', now(), 1, 'running', 'user:alice', 'm7i.large', now() from s`,
    [sessions, stackId, zones.map((zone) => JSON.stringify(scheduleOf(zone, 0)))],
  );
  await owner.query('analyze');
}

/** The real process; answers how long it needs for everything that it has never seen. */
async function startScheduler(servers: BenchServers, owner: pg.Pool): Promise<Measurement> {
  await startBenchProcess(servers, {
    file: 'services/scheduler/src/main.ts',
    readyPath: '/readyz',
    env: {
      DATABASE_URL: servers.urlFor('scheduler'),
      NATS_URL: servers.natsUrl,
      PUBLIC_URL: 'http://localhost:8080',
    },
  });
  const began = performance.now();
  const left = async () => {
    const { rows } = await owner.query<{ left: number }>(
      `select ((select count(*) from api_gateway.sessions) -
         (select count(*) from scheduler.schedule_state where evaluated_at is not null))::int as left`,
    );
    return rows[0]?.left ?? sessions;
  };
  while ((await left()) > 0) await pause(500);
  // What that told is published before anything else is measured.
  while (await waiting(owner)) await pause(500);
  const measured = (performance.now() - began) / 1000;
  return {
    name: 'first look at 100,000 sessions',
    measured,
    unit: 's',
    reference: null,
    target: '–',
    met: true,
  };
}

async function waiting(owner: pg.Pool): Promise<boolean> {
  const { rowCount } = await owner.query('select from scheduler.outbox where published_at is null limit 1');
  return rowCount !== 0;
}

/** 3,000 windows that open in the same minute: from the edge to the event at a subscriber. */
async function measureLateness({ natsUrl }: BenchServers, owner: pg.Pool): Promise<Measurement[]> {
  const nc = await connect({ servers: natsUrl });
  const received: number[] = [];
  const consumer = await jetstream(nc).consumers.get('DESKFLEET', {
    filter_subjects: subjectFilterOf('deskfleet.schedule.start-due.v1'),
    deliver_policy: DeliverPolicy.New,
  });
  const messages = await consumer.consume();
  void (async () => {
    for await (const message of messages) {
      const { data } = message.json<{ data: { edgeAt: string } }>();
      received.push(Date.now() - Date.parse(data.edgeAt));
    }
  })();
  const p50s: number[] = [];
  const p99s: number[] = [];
  const reads: number[] = [];
  for (let round = 0; round < rounds; round++) {
    received.length = 0;
    const openAt = Math.ceil((Date.now() + 20_000) / minute) * minute;
    say(
      `round ${round + 1} of ${rounds}: ${edgesInOneMinute} windows open at ${new Date(openAt).toISOString()}`,
    );
    const ids = await openAtOnce(owner, new Date(openAt), round);
    reads.push(await readRows(owner, ids));
    while (received.length < edgesInOneMinute && Date.now() < openAt + 30_000) await pause(50);
    if (received.length < edgesInOneMinute)
      throw new Error(`Only ${received.length} edges were told in 30 s.`);
    p50s.push(quantile(received, 0.5));
    p99s.push(quantile(received, 0.99));
  }
  await messages.close();
  await nc.close();
  const reference = median(reads);
  const p99 = median(p99s);
  const about = { unit: 'ms', reference };
  return [
    { name: 'edge → subscriber, p50 of 3,000', measured: median(p50s), ...about, target: '–', met: true },
    {
      name: 'edge → subscriber, p99 of 3,000',
      measured: p99,
      ...about,
      target: '≤ 1000 ms',
      met: p99 <= 1_000,
    },
  ];
}

/** Gives 3,000 sessions a window that opens at this instant, as edits of their owners do. */
async function openAtOnce(owner: pg.Pool, openAt: Date, round: number): Promise<string[]> {
  const time = (instant: number) => new Date(instant).toISOString().slice(11, 16);
  const day: ScheduleDay = {
    type: 'custom',
    windows: [{ start: time(openAt.getTime()), end: time(openAt.getTime() + 6 * 60 * minute) }],
  };
  const schedule: Schedule = { timezone: 'UTC', week: weekOf(day), exceptions: [] };
  const { rows } = await owner.query<{ id: string }>(
    `update api_gateway.sessions set schedule = $1, schedule_changed_at = now(), spec_version = spec_version + 1
     where id in (select id from api_gateway.sessions order by id offset $2 limit $3) returning id`,
    [JSON.stringify(schedule), round * edgesInOneMinute, edgesInOneMinute],
  );
  const ids = rows.map(({ id }) => id);
  await owner.query(
    'update scheduler.schedule_state set next_transition_at = now() where session_id = any($1)',
    [ids],
  );
  return ids;
}

/** The reference: the same rows, read by a program that does nothing with them. */
async function readRows(owner: pg.Pool, ids: string[]): Promise<number> {
  const began = performance.now();
  await owner.query(
    `select * from scheduler.schedule_state st join api_gateway.sessions s on s.id = st.session_id
       left join session_manager.session_runtime r on r.session_id = s.id where st.session_id = any($1)`,
    [ids],
  );
  return performance.now() - began;
}

function say(sentence: string): void {
  console.log(`schedule: ${sentence}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
