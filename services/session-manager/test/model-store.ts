import {
  type Command,
  type IntentArguments,
  type IntentKind,
  targetOf,
  wishfulIntentKinds,
  wishOfIntent,
} from '@deskfleet/contracts';
import { changeByIntent } from '../src/adapters/postgres/apply-intents.ts';
import { statusOf } from '../src/adapters/postgres/status-rows.ts';
import { columnsOfChange } from '../src/adapters/postgres/write-change.ts';
import type {
  AttemptChange,
  LaunchAttempt,
  SessionStore,
  StatusChange,
} from '../src/application/session-store.ts';
import type { AutomaticFacts } from '../src/domain/automatic-facts.ts';
import type { LaunchPlaces } from '../src/domain/choose-place.ts';
import { decideIntent, type Intent } from '../src/domain/decide-intent.ts';
import type { LaunchRequest } from '../src/domain/launch-request.ts';
import type { AwsFailure } from '../src/domain/reasons.ts';
import { isSameWish, type SessionStatus } from '../src/domain/session-status.ts';
import type { LifecycleSettings } from '../src/domain/settings.ts';
import { isLegalTransition } from '../src/domain/transitions.ts';
import { faultOfChange } from './fault-of-change.ts';
import { launchSpec } from './launch-spec.ts';
import { newRow, type Row, sessionId } from './model-row.ts';
import { minutely } from './schedules.ts';

type Attempt = LaunchAttempt & {
  state: 'open' | 'accepted' | 'refused';
  nextTryAt: Date | null;
  refusal: AwsFailure | null;
};

/** The record of one session in memory, with the columns and the rules that the Postgres store writes by. */
export class ModelStore implements SessionStore {
  /** What was accepted last, and not rejected since: where the session has to end. */
  wanted: SessionStatus['desired'] = 'running';
  /** The type that the last accepted resize asked for. */
  wantedType = 'm7i.large';
  /** Reboots that were accepted. */
  rebootsAccepted = 0;
  /** What the session's spec says of clocks, and who has connected. */
  readonly spec: Omit<AutomaticFacts, 'status' | 'latestIntent' | 'latestWish'>;
  /** Clients of the desktop. */
  connected = 0;
  /** The latest intent that the event knows of that is being handled. */
  toldSeq = 0;
  /** How often clocks have changed what is wanted. */
  readonly automatic = { running: 0, stopped: 0, hibernated: 0, terminated: 0 };
  /** And how often as the desktop was idle. */
  idleStops = 0;
  readonly history: string[] = [];
  readonly illegal: string[] = [];
  private row: Row;
  private readonly intents: (Intent & { at: Date })[] = [];
  private readonly attempts: Attempt[] = [];
  private readonly now: () => Date;
  private readonly settings: LifecycleSettings;

  constructor(now: () => Date, settings: LifecycleSettings, hibernation: boolean) {
    this.now = now;
    this.settings = settings;
    this.row = newRow(now(), hibernation);
    this.intents.push({ seq: 1, kind: 'launch', args: {}, cause: 'user:alice', at: now() });
    this.spec = {
      schedule: minutely,
      scheduleChangedAt: new Date(0),
      keepRunningUntil: null,
      pauseUntil: null,
      overridesChangedAt: null,
      stopAtClose: { wanted: true, isOwn: false },
      connectedAt: null,
    };
  }

  generation(): number {
    return this.intents.length;
  }

  /** The last intents of a person of these kinds; null: there is none. */
  lastAsked(kinds: readonly IntentKind[]) {
    return this.intents.findLast(({ kind }) => kinds.includes(kind)) ?? null;
  }

  status(): SessionStatus {
    const open = this.attempts.find(({ state }) => state === 'open');
    return statusOf({ ...this.row, open_attempt_id: open?.id ?? null, next_try_at: open?.nextTryAt ?? null });
  }

  /** What the gateway does: judges the intent by the target of the latest one, and appends it. */
  intend(kind: Command['kind'], args: IntentArguments): void {
    const { state, desired, instanceId, appliedSeq } = this.status();
    const latest = this.intents.at(-1);
    const context = {
      state,
      desired: latest && latest.seq > appliedSeq ? targetOf(latest.kind, latest.args) : desired,
      hasInstance: instanceId !== null,
      hibernation: this.row.hibernation,
    };
    const intent = { seq: this.intents.length + 1, kind, args, cause: 'user:alice', at: this.now() };
    if (decideIntent(context, intent).outcome === 'applied') this.intents.push(intent);
  }

  async live() {
    return this.row.state === 'terminated' || this.row.applied_seq === 0 ? [] : [this.status()];
  }

  async withUnappliedIntents() {
    return this.intents.length > this.row.applied_seq ? [sessionId] : [];
  }

  async applyIntents(_id: string, decide: Parameters<SessionStore['applyIntents']>[1]) {
    for (const intent of this.intents.slice(this.row.applied_seq)) {
      const { state, desired, instanceId } = this.status();
      const decision = decide(
        { state, desired, hasInstance: instanceId !== null, hibernation: this.row.hibernation },
        intent,
      );
      this.row.applied_seq = intent.seq;
      if (decision.outcome === 'applied') this.accept(intent, decision.desired);
      this.write(changeByIntent(this.status(), intent, decision, this.now()));
    }
  }

  async change(name: string, _id: string, decide: Parameters<SessionStore['change']>[2]) {
    const change = decide(this.status(), this.now());
    if (!change) return;
    this.follow(change);
    if (name === 'record-missing' && change.transition) this.history.push('concluded that it is gone');
    this.write(change);
  }

  async changeAutomatically(...[name, id, decide]: Parameters<SessionStore['changeAutomatically']>) {
    await this.applyIntents(id, decideIntent);
    const latest = this.intents.at(-1);
    if (!latest) return;
    const asked = this.lastAsked(wishfulIntentKinds);
    const wish = asked && wishOfIntent(asked.kind);
    const latestWish = asked && wish && { wish, at: asked.at };
    const facts = { ...this.spec, status: this.status(), latestIntent: latest, latestWish };
    const change = decide(facts, this.now());
    if (!change) return;
    const { pendingStop } = facts.status;
    const knownSeq = name === 'told' ? this.toldSeq : (pendingStop?.generation ?? 0);
    const fault = faultOfChange(change, facts, { connected: this.connected, knownSeq, now: this.now() });
    if (fault) this.illegal.push(fault);
    if (change.set?.desired) {
      this.wanted = change.set.desired;
      this.automatic[change.set.desired] += 1;
      if (change.set.desiredCause === 'idle') this.idleStops += 1;
    }
    this.write(change);
  }

  async beginCalls(_call: unknown, sessions: SessionStatus[]) {
    const status = this.status();
    const same = sessions.filter(
      (s) => isSameWish(s, status) && s.state === status.state && s.instanceId === status.instanceId,
    );
    if (same.length > 0) this.row.called_at = this.now();
    return new Set(same.map((s) => s.sessionId));
  }

  async launchSpec() {
    return launchSpec({ hibernation: this.row.hibernation });
  }

  async beginAttempt(_id: string, request: LaunchRequest): Promise<LaunchAttempt | null> {
    const { state, desired, openAttempt } = this.status();
    if (state !== 'requested' || desired === 'terminated' || openAttempt) return null;
    const id = `attempt-${this.attempts.length}`;
    const number = this.attempts.length + 1;
    const attempt = { id, sessionId, number, clientToken: id, request, openedAt: this.now(), tries: 0 };
    this.attempts.push({ ...attempt, state: 'open', nextTryAt: null, refusal: null });
    return attempt;
  }

  async openAttempt(): Promise<LaunchAttempt | null> {
    const open = this.attempts.find(({ state }) => state === 'open');
    return open ? { ...open } : null;
  }

  async launchPlaces(): Promise<LaunchPlaces> {
    const since = this.row.capacity_round_at ?? this.row.state_since;
    return {
      types: ['m7i.large', 'm6i.large'].map((name) => ({ name, hasGpu: false, zones: [] })),
      subnets: [
        { id: 'subnet-a', zone: 'us-east-1a' },
        { id: 'subnet-b', zone: 'us-east-1b' },
      ],
      refused: this.attempts.flatMap(({ refusal, openedAt, request: { instanceType, subnetId, zone } }) =>
        refusal && openedAt >= since
          ? { instanceType, subnetId, zone, kind: refusal.kind, code: refusal.code }
          : [],
      ),
    };
  }

  async unowned(instanceIds: string[]) {
    const owned = this.row.state === 'terminated' ? null : this.row.instance_id;
    return new Set(instanceIds.filter((id) => id !== owned));
  }

  async stray(clientToken: string | null) {
    const attempt = this.attempts.find((a) => a.clientToken === clientToken);
    return {
      facts: {
        attempt: attempt ? { state: attempt.state } : null,
        sessionState: this.row.state,
        sessionHasInstance: this.row.instance_id !== null,
      },
      attempt: attempt ? { id: attempt.id, sessionId } : null,
    };
  }

  private accept({ kind, args }: Intent, desired: SessionStatus['desired']): void {
    this.wanted = desired;
    if (kind === 'resize') this.wantedType = args.instanceType ?? '';
    if (kind === 'reboot') this.rebootsAccepted += 1;
  }

  /** What is told to the owner counts as what is wanted from then on. */
  private follow({ rejects, fails, set, transition }: StatusChange): void {
    const failed = rejects?.kind ?? fails?.change;
    if (failed === 'start' || transition?.reason?.code === 'stopped-after-error') this.wanted = 'stopped';
    if (failed === 'stop') this.wanted = 'running';
    if (rejects?.kind === 'resize') this.wantedType = this.row.instance_type;
    // Both are rest: what cannot hibernate is stopped, and told so.
    const rests = (state: unknown) => state === 'stopped' || state === 'hibernated';
    if (set?.desired && rests(set.desired) && rests(this.wanted)) this.wanted = set.desired;
  }

  private write(change: StatusChange): void {
    const status = this.status();
    const now = this.now();
    if (change.transition) {
      const { to, cause } = change.transition;
      this.history.push(`${to} (${cause})`);
      if (!isLegalTransition(status.state, to)) this.illegal.push(`${status.state} > ${to}`);
    }
    if (change.attempt) this.writeAttempt(change.attempt);
    const columns = columnsOfChange({ settings: this.settings, now }, status, change);
    const pending = columns.pending_stop === undefined ? this.row.pending_stop : columns.pending_stop;
    this.row = { ...this.row, ...columns, pending_stop: parsed(pending) } as Row;
  }

  private writeAttempt(change: AttemptChange): void {
    const attempt = this.attempts.find(({ id, state }) => id === change.attemptId && state === 'open');
    if (!attempt) return;
    attempt.tries += 1;
    attempt.state = change.becomes;
    if (change.becomes === 'refused') attempt.refusal = change.failure;
    if (change.becomes !== 'open') return;
    attempt.nextTryAt = change.nextTryAt;
  }
}

/** As Postgres gives back what is written as text. */
function parsed(column: Row['pending_stop'] | string): Row['pending_stop'] {
  return typeof column === 'string' ? JSON.parse(column) : column;
}
