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
