import { weekOf } from '@deskfleet/contracts';
import type pg from 'pg';

const hour = 3_600_000;
const runInstancesAtMost = 1_000;
const callsAtATime = 16;
const stackId = '01990000-0000-7000-8000-000000000011';
const authorization = 'AWS4-HMAC-SHA256 Credential=x/20261126/us-east-1/any/aws4_request, Signature=x';

/**
 * Desktops that have been running for three hours, outside their schedules, and answers their instances. They are named by
 * their number; of ten, the first ones have nothing to do and the others compute.
 */
export async function addIdleDesktops(
  owner: pg.Pool,
  simulator: string,
  { desktops, askedShare }: { desktops: number; askedShare: number },
): Promise<string[]> {
  const now = Date.now();
  await setClock(simulator, now - 3 * hour);
  const ids: string[] = [];
  while (ids.length < desktops) {
    ids.push(...(await runInstances(simulator, Math.min(runInstancesAtMost, desktops - ids.length))));
  }
  await setClock(simulator, now - 2 * hour);
  const busy = ids.filter((_, index) => index % 10 >= askedShare * 10);
  for (let first = 0; first < busy.length; first += callsAtATime) {
    await Promise.all(busy.slice(first, first + callsAtATime).map((id) => makeBusy(simulator, id)));
  }
  await setClock(simulator, Date.now());
  await owner.query("insert into api_gateway.users (name, last_seen_at) values ('alice', now())");
  await owner.query(
    `insert into session_manager.instance_types (name, vcpus, memory_mib, gpu, architectures, hibernation_supported, refreshed_at)
     values ('m7i.large', 2, 8192, 'null', '{x86_64}', true, now())`,
  );
  await owner.query(
    `with n as (select uuidv7() as id, instance_id, place - 1 as number
       from unnest($1::text[]) with ordinality as u(instance_id, place)),
     s as (insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib,
         session_type, created_at, generation, schedule, schedule_changed_at)
       select id, 'alice', number, 'linux', $2, 'm7i.large', 50, 'default', $4, 1, $3::jsonb, $4 from n),
     i as (insert into api_gateway.session_intents (session_id, seq, kind, args, cause, at)
       select id, 1, 'launch', '{}', 'user:alice', $4 from n)
     insert into session_manager.session_runtime (session_id, state, state_since, applied_seq, desired, desired_cause,
       instance_type, instance_id, updated_at)
     select id, 'running', $4, 1, 'running', 'user:alice', 'm7i.large', instance_id, now() from n`,
    [
      ids,
      stackId,
      JSON.stringify({ timezone: 'Europe/Paris', week: weekOf({ type: 'stop-all-day' }), exceptions: [] }),
      new Date(now - 3 * hour),
    ],
  );
  await owner.query('analyze');
  return ids;
}

async function runInstances(simulator: string, count: number): Promise<string[]> {
  const line = (name: string, value: string) =>
    `DESKFLEET_${name}='${Buffer.from(value).toString('base64')}'`;
  const userData = ['#!/bin/bash', line('SESSION_ID', 's'), line('OWNER', 'alice'), ''].join('\n');
  const body = new URLSearchParams({
    Action: 'RunInstances',
    Version: '2016-11-15',
    ImageId: 'ami-0de5cf1ee7000a123',
    InstanceType: 'm7i.large',
    SubnetId: 'subnet-0de5cf1ee7000000a',
    MinCount: String(count),
    MaxCount: String(count),
    UserData: Buffer.from(userData).toString('base64'),
  });
  const answer = await fetch(simulator, { method: 'POST', headers: { authorization }, body });
  return [...(await answer.text()).matchAll(/<instanceId>(i-\w+)</g)].map(([, id = '']) => id);
}

async function makeBusy(simulator: string, id: string): Promise<void> {
  await post(simulator, `/instances/${id}`, { cpuPercent: 60 }, 'PATCH');
}

async function setClock(simulator: string, at: number): Promise<void> {
  await post(simulator, '/clock', { now: new Date(at).toISOString() }, 'POST');
}

async function post(simulator: string, path: string, change: object, method: string): Promise<void> {
  const response = await fetch(`${simulator}/_sim${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}
