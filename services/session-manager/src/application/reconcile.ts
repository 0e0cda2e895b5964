import pMap from 'p-map';
import type { PowerCall } from '../domain/decide-call-failure.ts';
import { decideIntent } from '../domain/decide-intent.ts';
import { decideNextStep, type Step, type Transition } from '../domain/decide-next-step.ts';
import type { Observation, SessionStatus } from '../domain/session-status.ts';
import { isAtRest } from '../domain/transitions.ts';
import { callPower, type PowerCandidate } from './call-power.ts';
import { ReadinessCheck } from './check-readiness.ts';
import { launchSession } from './launch-session.ts';
import { OverdueAlerts } from './overdue-alerts.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import { type ForEachSession, recordMissing } from './record-missing.ts';
import type { StatusChange } from './session-store.ts';
import { StraySweep } from './sweep-strays.ts';

/** How much a pass looks at. */
export interface PassScope {
  /** All sessions and all instances of the cluster, instead of those that are not where they are wanted. */
  everything: boolean;
  /** All intents, instead of the last minutes'. */
  allIntents: boolean;
}

export interface PassResult {
  /** Something is expected to happen soon. */
  inMotion: boolean;
}

/** A step that was decided, with what it was decided on. */
interface Decided {
  status: SessionStatus;
  observation: Observation | undefined;
  step: Step;
}

const commitsAtOnce = 4;

/** Compares what is wanted with what EC2 says, and does the next thing for each session that differs. */
export class Reconciler {
  private readonly deps: ReconcilerDeps;
  private readonly readiness: ReadinessCheck;
  private readonly strays: StraySweep;
  private readonly overdue: OverdueAlerts;

  constructor(deps: ReconcilerDeps) {
    this.deps = deps;
    this.readiness = new ReadinessCheck(deps);
    this.strays = new StraySweep(deps);
    this.overdue = new OverdueAlerts(deps);
  }

  async pass(scope: PassScope): Promise<PassResult> {
    await this.applyIntents(scope.allIntents ? 'all' : 'recent');
    const sessions = await this.deps.store.live(scope.everything ? 'all' : 'moving');
    if (sessions.length === 0 && !scope.everything) return { inMotion: false };
    const seen = scope.everything ? await this.observeCluster(sessions) : await this.observe(sessions);
    const decided = this.decide(sessions, seen ?? new Map());
    await this.recordSteps(decided);
    this.dispatch(decided);
    if (scope.everything && seen) {
      await recordMissing(this.deps, sessions, seen, this.forEachSession);
      await this.strays.sweep([...seen.values()]);
    }
    this.overdue.alert(sessions);
    return {
      inMotion: sessions.some(
        (session) => !isAtRest({ ...session, hasInstance: session.instanceId !== null }),
      ),
    };
  }

  /** Waits for the calls that passes have set off. */
  async settled(): Promise<void> {
    await Promise.all([this.deps.work.settled(), this.readiness.settled()]);
  }

  private async applyIntents(scope: 'recent' | 'all'): Promise<void> {
    const ids = await this.deps.store.withUnappliedIntents(scope);
    await this.forEachSession(ids, (id) => this.deps.store.applyIntents(id, decideIntent));
  }

  /** A session whose change cannot be committed must not keep the others waiting; a database that is away does. */
  private readonly forEachSession: ForEachSession = async (ids, change) => {
    const guarded = async (sessionId: string) => {
      try {
        await change(sessionId);
      } catch (error) {
        if (this.deps.isPassing(error)) throw error;
        this.deps.logger.error(
          { err: error, sessionId },
          'a session could not be changed; trying again next time',
        );
      }
    };
    await pMap(ids, guarded, { concurrency: commitsAtOnce });
  };

  private async observe(sessions: SessionStatus[]): Promise<Map<string, Observation> | null> {
    const ids = sessions.flatMap(({ instanceId }) => instanceId ?? []);
    if (ids.length === 0) return new Map();
    const answer = await this.deps.compute.describe(ids);
    return this.indexed(answer);
  }

  /** One page per 1,000 instances; those of ours that the pages do not show are looked up by id. */
  private async observeCluster(sessions: SessionStatus[]): Promise<Map<string, Observation> | null> {
    const seen = this.indexed(await this.deps.compute.describeCluster());
    if (!seen) return null;
    const missing = sessions.flatMap(({ instanceId }) =>
      instanceId && !seen.has(instanceId) ? instanceId : [],
    );
    if (missing.length === 0) return seen;
    const byId = this.indexed(await this.deps.compute.describe(missing));
    return byId && new Map([...seen, ...byId]);
  }

  private indexed(answer: Awaited<ReturnType<ReconcilerDeps['compute']['describe']>>) {
    if ('failure' in answer) {
      this.deps.logger.warn(
        { failure: answer.failure },
        'EC2 did not say how the desktops are; asking again soon',
      );
      return null;
    }
    return new Map(answer.observations.map((observation) => [observation.instanceId, observation]));
  }

  private decide(sessions: SessionStatus[], seen: Map<string, Observation>): Decided[] {
    const now = this.deps.clock.now().toJSDate();
    return sessions
      .filter(({ sessionId }) => !this.deps.work.isBusy(sessionId))
      .map((status) => {
        const observation = status.instanceId ? seen.get(status.instanceId) : undefined;
        return { status, observation, step: this.nextStep(status, observation, now) };
      });
  }

  private nextStep(status: SessionStatus, observation: Observation | undefined, now: Date): Step {
    return decideNextStep({ status, observation, now, settings: this.deps.settings });
  }

  private async recordSteps(decided: Decided[]): Promise<void> {
    const changes = decided.filter(({ step }) => step.do === 'transition' || step.do === 'confirm');
    const observations = new Map(changes.map(({ status, observation }) => [status.sessionId, observation]));
    await this.forEachSession([...observations.keys()], (id) => this.record(id, observations.get(id)));
  }

  private record(sessionId: string, observation: Observation | undefined): Promise<void> {
    return this.deps.store.change('record-transition', sessionId, (status, now) => {
      if (observation && observation.instanceId !== status.instanceId) return null;
      const step = this.nextStep(status, observation, now);
      if (step.do === 'confirm') return { set: { targetObserved: true } };
      return step.do === 'transition' ? changeOf(step, status, observation) : null;
    });
  }

  private dispatch(decided: Decided[]): void {
    for (const { status } of decided.filter(({ step }) => step.do === 'launch').sort(byPriority)) {
      if (this.deps.budget.takeBatch('run', 1, this.deps.monotonic()) === 0) break;
      this.deps.work.start([status.sessionId], () => launchSession(this.deps, status.sessionId));
    }
    this.dispatchPower('start', decided, () => true);
    this.dispatchPower('stop', decided, (step) => step.do === 'stop' && !step.force);
    this.dispatchPower('stop', decided, (step) => step.do === 'stop' && step.force);
    this.dispatchPower('terminate', decided, () => true);
    this.readiness.start(decided.filter(({ step }) => step.do === 'probe').map(({ status }) => status));
  }

  /** As many calls as the budget has now; what is left over waits for the next pass. */
  private dispatchPower(call: PowerCall, decided: Decided[], belongs: (step: Step) => boolean): void {
    const waiting = decided
      .flatMap(({ status, step }): PowerCandidate[] =>
        step.do === call && belongs(step) ? [{ status, step }] : [],
      )
      .sort(byPriority);
    while (waiting.length > 0) {
      const granted = this.deps.budget.takeBatch(call, waiting.length, this.deps.monotonic());
      if (granted === 0) return;
      const batch = waiting.splice(0, granted);
      this.deps.work.start(
        batch.map(({ status }) => status.sessionId),
        () => callPower(this.deps, call, batch),
      );
    }
  }
}

function changeOf(
  step: Transition,
  status: SessionStatus,
  observation: Observation | undefined,
): StatusChange {
  return {
    transition: { to: step.to, cause: step.cause ?? status.desiredCause, reason: step.reason ?? null },
    set: {
      ...(observation && observedFields(observation)),
      ...(step.external && { desired: desiredAfter(step.to), desiredCause: step.cause ?? 'external' }),
      ...(step.dropsInstance && { instanceId: null, privateIp: null, firstBoot: true }),
    },
  };
}

/** What EC2 says of the machine; a terminated one has no address any more, which is no news. */
function observedFields({ state, instanceType, privateIp, availabilityZone }: Observation) {
  return state === 'terminated' || state === 'shutting-down'
    ? {}
    : { instanceType, privateIp, availabilityZone };
}

function desiredAfter(to: SessionStatus['state']): SessionStatus['desired'] {
  if (to === 'terminating' || to === 'terminated') return 'terminated';
  return to === 'stopping' || to === 'stopped' ? 'stopped' : 'running';
}

/** People first, then who has waited longest. */
function byPriority(a: { status: SessionStatus }, b: { status: SessionStatus }): number {
  const rank = ({ status }: { status: SessionStatus }) =>
    /^(user|admin):/.test(status.desiredCause) ? 0 : 1;
  return rank(a) - rank(b) || a.status.stateSince.getTime() - b.status.stateSince.getTime();
}
