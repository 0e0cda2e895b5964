import pMap from 'p-map';
import { type PowerCall, powerCalls } from '../domain/decide-call-failure.ts';
import { decideIntent } from '../domain/decide-intent.ts';
import { decideNextStep } from '../domain/decide-next-step.ts';
import { keptReason } from '../domain/kept-reason.ts';
import { byPriority } from '../domain/priority.ts';
import { hibernationExpiringReason, scheduleReasons } from '../domain/reasons.ts';
import type { Observation, SessionStatus } from '../domain/session-status.ts';
import type { Step, Transition } from '../domain/step.ts';
import { isAtRest } from '../domain/transitions.ts';
import { callPower, type PowerCandidate } from './call-power.ts';
import { ReadinessCheck } from './check-readiness.ts';
import { launchSession } from './launch-session.ts';
import { OverdueAlerts } from './overdue-alerts.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import { type ForEachSession, recordMissing } from './record-missing.ts';
import { resizeSession } from './resize-session.ts';
import type { StatusChange } from './session-store.ts';
import { giveUpStart, hold, planStarts } from './start-capacity.ts';
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
/** A page shows 1,000 instances, a lookup by id 200: many moving desktops are read by pages, in fewer calls. */
const pageOverLookup = 5;

/** Compares what is wanted with what EC2 says, and does the next thing for each session that differs. */
export class Reconciler {
  private readonly deps: ReconcilerDeps;
  private readonly readiness: ReadinessCheck;
  private readonly strays: StraySweep;
  private readonly overdue: OverdueAlerts;
  /** Instances that the last look at everything has shown. */
  private clusterSize = Number.POSITIVE_INFINITY;

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
      inMotion: sessions.some((session) => !isAtRest({ ...session, ...errandsOf(session) })),
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
    const { compute } = this.deps;
    return this.indexed(
      ids.length * pageOverLookup > this.clusterSize
        ? await compute.describeCluster()
        : await compute.describe(ids),
    );
  }

  /** One page per 1,000 instances; those of ours that the pages do not show are looked up by id. */
  private async observeCluster(sessions: SessionStatus[]): Promise<Map<string, Observation> | null> {
    const seen = this.indexed(await this.deps.compute.describeCluster());
    if (!seen) return null;
    this.clusterSize = seen.size;
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
    const host = this.readiness.answerOf(status);
    return decideNextStep({ status, observation, host, now, settings: this.deps.settings });
  }

  private async recordSteps(decided: Decided[]): Promise<void> {
    const changes = decided.filter(({ step }) => recordedSteps.has(step.do));
    const observations = new Map(changes.map(({ status, observation }) => [status.sessionId, observation]));
    await this.forEachSession([...observations.keys()], (id) => this.record(id, observations.get(id)));
  }

  private record(sessionId: string, observation: Observation | undefined): Promise<void> {
    return this.deps.store.change('record-transition', sessionId, (status, now) => {
      if (observation && observation.instanceId !== status.instanceId) return null;
      const step = this.nextStep(status, observation, now);
      if (step.do === 'confirm') return { set: { targetObserved: true, desired: step.desired } };
      if (step.do === 'withdraw-start') return giveUpStart(status, scheduleReasons.startedTooLate);
      if (step.do === 'announce-expiry') return announcement(status, step.resumableUntil, now);
      return step.do === 'transition' ? changeOf(step, status, observation) : null;
    });
  }

  private dispatch(decided: Decided[]): void {
    for (const { status } of decided.filter(({ step }) => step.do === 'launch').sort(byPriority)) {
      if (this.deps.budget.takeBatch('run', 1, this.deps.monotonic()) === 0) break;
      this.deps.work.start([status.sessionId], () => launchSession(this.deps, status));
    }
    for (const call of powerCalls) {
      const waiting = decided
        .flatMap(({ status, step }): PowerCandidate[] => (step.do === call ? [{ status, step }] : []))
        .sort(byPriority);
      if (call === 'start') this.dispatchStarts(waiting);
      else this.dispatchPower(call, waiting);
    }
    for (const { status } of decided.filter(({ step }) => step.do === 'resize').sort(byPriority)) {
      if (this.deps.budget.takeBatch('modify', 1, this.deps.monotonic()) === 0) break;
      this.deps.work.start([status.sessionId], () => resizeSession(this.deps, status));
    }
    this.readiness.start(decided.filter(({ step }) => step.do === 'probe').map(({ status }) => status));
  }

  /** One empty pool must not keep others waiting: it travels alone, and not at all just after it was found empty. */
  private dispatchStarts(waiting: PowerCandidate[]): void {
    const byId = new Map(waiting.map((candidate) => [candidate.status.sessionId, candidate]));
    const plan = planStarts(
      this.deps,
      waiting.map(({ status }) => status),
    );
    for (const { sessions } of plan.batches) {
      this.dispatchPower(
        'start',
        sessions.flatMap(({ sessionId }) => byId.get(sessionId) ?? []),
      );
    }
    const now = this.deps.clock.now().toJSDate();
    for (const status of plan.held) {
      const change = hold(status, this.deps.settings);
      // Most have been told already; that is decided again under the lock.
      if (change(status, now) === null) continue;
      this.deps.work.start([status.sessionId], () =>
        this.deps.store.change('record-held-start', status.sessionId, change),
      );
    }
  }

  /** As many calls as the budget has now; what is left over waits for the next pass. */
  private dispatchPower(call: PowerCall, waiting: PowerCandidate[]): void {
    const left = [...waiting];
    while (left.length > 0) {
      const granted = this.deps.budget.takeBatch(call, left.length, this.deps.monotonic());
      if (granted === 0) return;
      const batch = left.splice(0, granted);
      this.deps.work.start(
        batch.map(({ status }) => status.sessionId),
        () => callPower(this.deps, call, batch),
      );
    }
  }
}

/** Steps that change the record only. */
const recordedSteps: ReadonlySet<Step['do']> = new Set([
  'transition',
  'confirm',
  'withdraw-start',
  'announce-expiry',
]);

function errandsOf({ instanceId, rebootWanted, resizeTo, pendingStop }: SessionStatus) {
  const hasErrand = rebootWanted || resizeTo !== null || pendingStop !== null;
  return { hasInstance: instanceId !== null, hasErrand };
}

function announcement(status: SessionStatus, resumableUntil: Date, now: Date): StatusChange {
  return {
    set: { reason: hibernationExpiringReason(resumableUntil), expiryAnnouncedAt: now },
    expires: { hibernatedSince: status.stateSince, resumableUntil },
  };
}

function changeOf(
  step: Transition,
  status: SessionStatus,
  observation: Observation | undefined,
): StatusChange {
  const cause = step.cause ?? status.desiredCause;
  const reason = step.reason ?? keptReason(step.to, status);
  return {
    transition: { to: step.to, cause, reason },
    set: {
      ...(observation && observedFields(observation)),
      ...(step.external && {
        desired: desiredAfter(step.to),
        desiredCause: step.cause ?? 'external',
        startUntil: null,
      }),
      ...(step.desired && { desired: step.desired }),
      ...(step.dropsInstance && { instanceId: null, privateIp: null, bootId: null, firstBoot: true }),
      ...(step.resize && { resizeTo: null }),
    },
    ...(step.resize === 'done' && { resized: { from: status.instanceType } }),
    ...(step.resize === 'failed' && reason && { rejects: { kind: 'resize' as const, reason } }),
  };
}

/** What EC2 says of the machine; a terminated one has no address any more, which is no news. */
function observedFields({ state, instanceType, privateIp, availabilityZone, subnetId }: Observation) {
  return state === 'terminated' || state === 'shutting-down'
    ? {}
    : { instanceType, privateIp, availabilityZone, subnetId };
}

function desiredAfter(to: SessionStatus['state']): SessionStatus['desired'] {
  if (to === 'terminating' || to === 'terminated') return 'terminated';
  if (to === 'hibernating' || to === 'hibernated') return 'hibernated';
  return to === 'stopping' || to === 'stopped' ? 'stopped' : 'running';
}
