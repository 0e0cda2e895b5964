import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import type { Fleet } from './fleet.ts';

/** The desktop runs, on one instance: more than one living one is the worst that can happen. */
export async function expectOneRunning(fleet: Fleet, id: string): Promise<void> {
  expect(await fleet.status(id)).toMatchObject({ state: 'running' });
  expect(await fleet.states(id)).toEqual(['running']);
}

/** As after a crash between RunInstances and its record: the attempt is open, and the session knows of no instance. */
export async function forgetLaunch(fleet: Fleet, id: string): Promise<void> {
  await fleet.tamper(
    `with attempt as (update session_manager.launch_attempts set state = 'open', instance_id = null where session_id = $1)
     update session_manager.session_runtime set state = 'requested', instance_id = null, target_observed = false
     where session_id = $1`,
    [id],
  );
}

/** What the gateway writes. */
export async function changeSpec(fleet: Fleet, id: string, columns: Record<string, unknown>): Promise<void> {
  const set = Object.keys(columns).map((column, at) => `${column} = $${at + 2}`);
  await fleet.tamper(`update api_gateway.sessions set ${set.join()} where id = $1`, [
    id,
    ...Object.values(columns),
  ]);
}

/** What token-service writes. */
export async function connect(fleet: Fleet, id: string): Promise<void> {
  await fleet.tamper(
    `insert into token_service.dcv_connections (id, session_id, token_id, user_name, host_address, authorized_at)
     values ($1, $2, $1, 'alice', '10.0.0.1', $3)`,
    [uuidv7(), id, fleet.now()],
  );
}

/** Still up, as wanted, with nothing pending. */
export async function expectUntouched(fleet: Fleet, id: string): Promise<void> {
  await fleet.pass();
  expect(await fleet.status(id)).toMatchObject({ state: 'running', desired: 'running', pending_stop: null });
}
