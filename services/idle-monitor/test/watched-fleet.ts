import { readFileSync } from 'node:fs';
import { delaysForBoot } from '@deskfleet/aws-simulator';
import type { IdlePolicyOverrides, Schedule } from '@deskfleet/contracts';
import { connectDatabase, createLease } from '@deskfleet/database';
import { createEventWriter } from '@deskfleet/messaging';
import { createLogger, createMetrics } from '@deskfleet/runtime';
import { createTestDatabase, startSimulator, type TestSimulator } from '@deskfleet/testkit';
import { DateTime } from 'luxon';
import pg from 'pg';
import { createAwsClients } from '../src/adapters/aws/aws-clients.ts';
import { createCloudWatchCpu } from '../src/adapters/aws/cloudwatch-cpu.ts';
import { createSsmHostObserver } from '../src/adapters/aws/ssm-host-observer.ts';
import { buildApp } from '../src/app.ts';
import type { SweepLoop } from '../src/application/sweep-loop.ts';
import { type IdleSettings, minute } from '../src/domain/idle-policy.ts';
import { offHours, settings } from './example-facts.ts';
import { authorization, desktopOf, images, type Platform } from './simulated-host.ts';

const stacks = {
  linux: '01990000-0000-7000-8000-000000000011',
  windows: '01990000-0000-7000-8000-000000000012',
};
const scripts = {
  linux: readFileSync(new URL('../probes/linux.sh', import.meta.url), 'utf8'),
  windows: readFileSync(new URL('../probes/windows.ps1', import.meta.url), 'utf8'),
};

export interface NewDesktop {
  os?: Platform;
  instanceType?: string;
  hibernation?: boolean;
  schedule?: Schedule;
  keepRunningUntil?: Date;
  policy?: IdlePolicyOverrides;
}

export interface Desktop {
  sessionId: string;
  instanceId: string;
}

export interface Told {
  type: string;
  data: { sessionId: string; sentence: string; observedAt: string; [field: string]: unknown };
}

export interface ReplicaOptions {
  name?: string;
  region?: string;
  changes?: Partial<IdleSettings>;
}

/** Running desktops on a real database and in a simulated cloud, on a clock that the test moves. */
export class WatchedFleet {
  readonly database: Awaited<ReturnType<typeof createTestDatabase>>;
  private readonly owner: pg.Pool;
  private readonly simulator: TestSimulator;
  private readonly time: { ms: number };
  private readonly closers: (() => Promise<void>)[] = [];
  readonly log: Record<string, unknown>[] = [];
  readonly clock = { now: () => DateTime.fromMillis(this.time.ms, { zone: 'utc' }) };

  private constructor(
    database: WatchedFleet['database'],
    simulator: TestSimulator,
    time: WatchedFleet['time'],
  ) {
    this.database = database;
    this.simulator = simulator;
    this.time = time;
    this.owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
    this.owner.on('error', () => {});
  }

  static async open(): Promise<WatchedFleet> {
    const time = { ms: Date.parse('2026-11-26T12:00:00Z') };
    const simulator = await startSimulator({
      clock: { now: () => time.ms },
      delays: { ...delaysForBoot(60), commandSeconds: 0 },
    });
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: simulator.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    const fleet = new WatchedFleet(await createTestDatabase(), simulator, time);
    await fleet.query("insert into api_gateway.users (name, last_seen_at) values ('alice', now())");
    await fleet.query(
      `insert into session_manager.instance_types (name, vcpus, memory_mib, gpu, architectures, hibernation_supported, refreshed_at)
       select name, 2, 8192, gpu::jsonb, '{x86_64}', true, now() from (values ('m7i.large', 'null'),
         ('g5.xlarge', '{"manufacturer": "NVIDIA"}'), ('g5.12xlarge', '{"manufacturer": "NVIDIA"}'),
         ('g4ad.xlarge', '{"manufacturer": "AMD"}')) as t (name, gpu)`,
    );
    return fleet;
  }

  now(): Date {
    return new Date(this.time.ms);
  }

  advance(milliseconds: number): void {
    this.time.ms += milliseconds;
  }

  /** An idle-monitor with its own connections, as its own role. */
  replica({ name = 'one', region = 'us-east-1', changes = {} }: ReplicaOptions = {}): SweepLoop {
    const connection = connectDatabase({
      url: this.database.urlFor('idle_monitor'),
      applicationName: 'idle-monitor',
      onConnectionLost: () => {},
    });
    const aws = createAwsClients(region);
    this.closers.push(async () => aws.destroy(), connection.close);
    const logger = createLogger({
      service: 'idle-monitor',
      level: 'info',
      destination: { write: (line) => this.log.push(JSON.parse(line)) },
    });
    const { clock } = this;
    const chosen = { ...settings, ...changes };
    return buildApp({
      db: connection.db,
      events: createEventWriter({
        schema: 'idle_monitor',
        source: '/deskfleet/idle-monitor',
        publicUrl: 'http://localhost:8080',
        clock: this.clock,
      }),
      lease: createLease(connection.db, { schema: 'idle_monitor', name: 'sweep', holder: name }),
      cpu: createCloudWatchCpu({
        cloudWatch: aws.cloudWatch,
        windowMinutes: chosen.cpuWindow / minute,
        clock,
        logger,
      }),
      hosts: createSsmHostObserver({ ssm: aws.ssm, scripts, waitSeconds: 2, clock, logger }),
      clock: this.clock,
      monotonic: () => this.time.ms,
      settings: chosen,
      metrics: createMetrics({ service: 'idle-monitor' }),
      logger,
    });
  }

  /** Desktops of one kind that begin to run now. */
  async launch(count: number, desktop: NewDesktop = {}): Promise<Desktop[]> {
    const instanceType = desktop.instanceType ?? 'm7i.large';
    const instances = await this.runInstances(count, desktop.os ?? 'linux', instanceType);
    this.advance(60_000);
    const ids = await this.addSessions(instances, desktop, instanceType);
    return ids.map((sessionId, index) => ({ sessionId, instanceId: instances[index] ?? '' }));
  }

  private async runInstances(count: number, os: Platform, instanceType: string): Promise<string[]> {
    const body = new URLSearchParams({
      Action: 'RunInstances',
      Version: '2016-11-15',
      ImageId: images[os],
      InstanceType: instanceType,
      SubnetId: 'subnet-0de5cf1ee7000000a',
      MinCount: String(count),
      MaxCount: String(count),
      UserData: Buffer.from(desktopOf(os)).toString('base64'),
    });
    const answer = await fetch(this.simulator.url, { method: 'POST', headers: { authorization }, body });
    return [...(await answer.text()).matchAll(/<instanceId>(i-\w+)</g)].map(([, id = '']) => id);
  }

  private async addSessions(
    instances: string[],
    desktop: NewDesktop,
    instanceType: string,
  ): Promise<string[]> {
    const profile = await this.profileWith(desktop.policy ?? {});
    const { rows } = await this.owner.query<{ id: string }>(
      `with n as (select uuidv7() as id, instance_id, place from unnest($1::text[]) with ordinality as u(instance_id, place)),
       k as (insert into api_gateway.software_stacks select (jsonb_populate_record(k, jsonb_build_object(
           'id', uuidv7(), 'name', 'stack ' || uuidv7(), 'profile_id', $2::uuid))).*
         from api_gateway.software_stacks k where k.id = $3 returning id),
       s as (insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib,
           session_type, created_at, generation, schedule, schedule_changed_at, keep_running_until, hibernation)
         select n.id, 'alice', 'd' || n.id, $4, k.id, $5, 50, 'default', $6, 1, $7::jsonb, $6, $8, $9 from n, k),
       i as (insert into api_gateway.session_intents (session_id, seq, kind, args, cause, at)
         select id, 1, 'launch', '{}', 'user:alice', $6 from n),
       r as (insert into session_manager.session_runtime (session_id, state, state_since, applied_seq, desired,
           desired_cause, instance_type, instance_id, updated_at)
         select id, 'running', $6, 1, 'running', 'user:alice', $5, instance_id, $6 from n)
       select id from n order by place`,
      [
        instances,
        profile,
        stacks[desktop.os ?? 'linux'],
        desktop.os ?? 'linux',
        instanceType,
        this.now(),
        JSON.stringify(desktop.schedule ?? offHours),
        desktop.keepRunningUntil ?? null,
        desktop.hibernation ?? false,
      ],
    );
    return rows.map(({ id }) => id);
  }

  private async profileWith(policy: IdlePolicyOverrides): Promise<string> {
    const [profile] = await this.query(
      `insert into api_gateway.profiles (id, name, allowed_instance_types, max_root_volume_gib, allowed_session_types, idle_policy)
       values (uuidv7(), 'profile ' || uuidv7(), '{*}', 100, '{default}', $1) returning id`,
      [JSON.stringify(policy)],
    );
    return String(profile?.id);
  }

  /** What idle-monitor's row says of a desktop. */
  async state({ sessionId }: Desktop): Promise<Record<string, unknown> | undefined> {
    const [row] = await this.query('select * from idle_monitor.idle_state where session_id = $1', [
      sessionId,
    ]);
    return row;
  }

  /** How many desktops there are of each reason. */
  async reasons(): Promise<Record<string, number>> {
    const rows = await this.query(
      'select reason, count(*)::int as count from idle_monitor.idle_state group by reason order by reason',
    );
    return Object.fromEntries(rows.map(({ reason, count }) => [String(reason), Number(count)]));
  }

  /** What was told since the last time, in order. */
  async told(): Promise<Told[]> {
    const rows = await this.query(
      'with gone as (delete from idle_monitor.outbox returning seq, event) select event from gone order by seq',
    );
    return rows.map(({ event }) => JSON.parse(String(event)) as Told);
  }

  /** How often this was called. */
  async calls(api: string): Promise<number> {
    const answer = await fetch(`${this.simulator.url}/_sim/calls`);
    const { calls } = (await answer.json()) as { calls: Record<string, { calls: number }> };
    return calls[api]?.calls ?? 0;
  }

  /** PATCH of a host, or of what else the simulator lets be steered. */
  async steer(path: string, change: object, method = 'PATCH'): Promise<void> {
    const response = await fetch(`${this.simulator.url}/_sim${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  steerHost({ instanceId }: Desktop, change: object): Promise<void> {
    return this.steer(`/instances/${instanceId}`, change);
  }

  async query(statement: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.owner.query<Record<string, unknown>>(statement, values)).rows;
  }

  async close(): Promise<void> {
    for (const close of this.closers) await close();
    await this.owner.end();
    await this.database.drop();
    await this.simulator.close();
  }
}
