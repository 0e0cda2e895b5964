import { decideStray } from '../domain/decide-stray.ts';
import type { Observation } from '../domain/session-status.ts';
import { recordLaunched } from './launch-session.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';

/** Finds instances with our cluster tag that no living session owns, and adopts, terminates or reports each. */
export async function sweepStrays(deps: ReconcilerDeps, observations: Observation[]): Promise<void> {
  const alive = observations.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
  const unowned = await deps.store.unowned(alive.map(({ instanceId }) => instanceId));
  for (const observation of alive.filter(({ instanceId }) => unowned.has(instanceId))) {
    await handleStray(deps, observation);
  }
}

async function handleStray(deps: ReconcilerDeps, observation: Observation): Promise<void> {
  const { instanceId, clientToken, sessionTag } = observation;
  const { facts, attempt } = await deps.store.stray(clientToken, sessionTag);
  const decision = decideStray(facts);
  switch (decision) {
    case 'adopt':
      if (attempt) await recordLaunched(deps, attempt, observation);
      return;
    case 'terminate': {
      deps.alert(
        'superfluous-instance',
        { instanceId, sessionTag },
        'terminating an instance that no session owns',
      );
      if (deps.budget.takeBatch('terminate', 1, deps.monotonic()) === 0) return;
      const { failed } = await deps.compute.terminate([instanceId]);
      for (const { failure } of failed)
        deps.logger.error({ instanceId, failure }, 'it could not be terminated');
      return;
    }
    case 'report':
      deps.alert(
        'unowned-instance',
        { instanceId, sessionTag, state: observation.state },
        'an instance with our cluster tag belongs to no session that we know; it is left alone, look at it',
      );
      return;
    default:
      decision satisfies never;
  }
}
