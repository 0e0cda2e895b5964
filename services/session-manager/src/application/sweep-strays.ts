import { decideStray } from '../domain/decide-stray.ts';
import type { Observation } from '../domain/session-status.ts';
import { recordLaunched } from './launch-session.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';

/** Finds instances with our cluster tag that no living session owns, and adopts, terminates or reports each. */
export class StraySweep {
  private readonly deps: ReconcilerDeps;
  /** Those that an operator has been told of already; they stay until somebody looks at them. */
  private reported = new Set<string>();

  constructor(deps: ReconcilerDeps) {
    this.deps = deps;
  }

  async sweep(observations: Observation[]): Promise<void> {
    const alive = observations.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
    const unowned = await this.deps.store.unowned(alive.map(({ instanceId }) => instanceId));
    this.reported = new Set([...this.reported].filter((instanceId) => unowned.has(instanceId)));
    for (const observation of alive.filter(({ instanceId }) => unowned.has(instanceId))) {
      await this.handle(observation);
    }
  }

  private async handle(observation: Observation): Promise<void> {
    const { instanceId, clientToken, sessionTag } = observation;
    const { facts, attempt } = await this.deps.store.stray(clientToken, sessionTag);
    const decision = decideStray(facts);
    switch (decision) {
      case 'adopt':
        if (attempt) await recordLaunched(this.deps, attempt, observation);
        return;
      case 'terminate':
        return this.terminate(instanceId, sessionTag);
      case 'report':
        return this.report(observation);
      default:
        decision satisfies never;
    }
  }

  private terminate(instanceId: string, sessionTag: string | null): void {
    const { alert, budget, compute, logger, monotonic, work } = this.deps;
    alert('superfluous-instance', { instanceId, sessionTag }, 'terminating an instance that no session owns');
    if (budget.takeBatch('terminate', 1, monotonic()) === 0) return;
    work.start([], async () => {
      const { failed } = await compute.power('terminate', [instanceId]);
      for (const { failure } of failed) logger.error({ instanceId, failure }, 'it could not be terminated');
    });
  }

  private report({ instanceId, sessionTag, state }: Observation): void {
    if (this.reported.has(instanceId)) return;
    this.reported.add(instanceId);
    this.deps.alert(
      'unowned-instance',
      { instanceId, sessionTag, state },
      'an instance with our cluster tag belongs to no session that we know; it is left alone, look at it',
    );
  }
}
