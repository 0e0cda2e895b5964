import { judgeCommand, targetOf } from '@deskfleet/contracts';
import { changeByIntent } from '../src/adapters/postgres/apply-intents.ts';
import { statusOf } from '../src/adapters/postgres/status-rows.ts';
import { columnsOfChange } from '../src/adapters/postgres/write-change.ts';
import type {
  AttemptChange,
  LaunchAttempt,
  SessionStore,
  StatusChange,
} from '../src/application/session-store.ts';
import type { Intent } from '../src/domain/decide-intent.ts';
import type { LaunchRequest } from '../src/domain/launch-request.ts';
import type { SessionStatus } from '../src/domain/session-status.ts';
import type { LifecycleSettings } from '../src/domain/settings.ts';
import { isLegalTransition } from '../src/domain/transitions.ts';

type Row = Parameters<typeof statusOf>[0];
type Attempt = LaunchAttempt & { state: 'open' | 'accepted' | 'refused'; nextTryAt: Date | null };

const sessionId = '01990000-0000-7000-8000-0000000000aa';

/** The record of one session in memory, with the columns and the rules that the Postgres store writes by. */
export class ModelStore implements SessionStore {
  /** What was accepted last, and not rejected since: where the session has to end. */
  wanted: SessionStatus['desired'] = 'running';
  readonly history: string[] = [];
  readonly illegal: string[] = [];
  private row: Row;
  private readonly intents: Intent[] = [];
  private readonly attempts: Attempt[] = [];
  private readonly now: () => Date;
  private readonly settings: LifecycleSettings;

  constructor(now: () => Date, settings: LifecycleSettings) {
    this.now = now;
    this.settings = settings;
    this.row = newRow(now());
    this.intents.push({ seq: 1, kind: 'launch', args: {}, cause: 'user:alice' });
  }

  status(): SessionStatus {
    const open = this.attempts.find(({ state }) => state === 'open');
    return statusOf({ ...this.row, open_attempt_id: open?.id ?? null, next_try_at: open?.nextTryAt ?? null });
  }

  /** What the gateway does: judges the intent by the target of the latest one, and appends it. */
  intend(kind: 'start' | 'stop' | 'terminate', force: boolean): void {
    const { state, desired, instanceId, appliedSeq } = this.status();
    const latest = this.intents.at(-1);
    const context = {
      state,
      desired: latest && latest.seq > appliedSeq ? targetOf(latest.kind, latest.args) : desired,
      hasInstance: instanceId !== null,
      hibernation: false,
    };
    if (!judgeCommand(context, kind === 'stop' ? { kind, mode: 'stop', force } : { kind }).accepted) return;
    this.intents.push({ seq: this.intents.length + 1, kind, args: { force }, cause: 'user:alice' });
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
        { state, desired, hasInstance: instanceId !== null, hibernation: false },
        intent,
      );
      this.row.applied_seq = intent.seq;
      if (decision.outcome === 'applied') this.wanted = decision.desired;
      this.write(changeByIntent(this.status(), intent, decision, this.now()));
    }
  }

  async change(name: string, _id: string, decide: Parameters<SessionStore['change']>[2]) {
    const change = decide(this.status(), this.now());
    if (!change) return;
    // A start that AWS refuses for good, and the end of an error that bills, are told to the owner.
    if (change.rejects || change.transition?.reason?.code === 'stopped-after-error') this.wanted = 'stopped';
    if (name === 'record-missing' && change.transition) this.history.push('concluded that it is gone');
    this.write(change);
  }

  async beginCalls(_call: unknown, sessions: SessionStatus[]) {
    const { appliedSeq, state, instanceId } = this.status();
    const same = sessions.filter(
      (s) => s.appliedSeq === appliedSeq && s.state === state && s.instanceId === instanceId,
    );
    if (same.length > 0) this.row.called_at = this.now();
    return new Set(same.map((s) => s.sessionId));
  }

  async launchSpec() {
    return {
      sessionId,
      owner: 'alice',
      name: 'cfd',
      os: 'linux' as const,
      baseOs: 'amazonlinux2023',
      instanceType: 'm7i.large',
      rootVolumeGiB: 50,
      sessionType: 'default' as const,
      image: 'ami-1',
    };
  }

  async beginAttempt(_id: string, request: LaunchRequest): Promise<LaunchAttempt | null> {
    const { state, desired, openAttempt } = this.status();
    if (state !== 'requested' || desired === 'terminated' || openAttempt) return null;
    const id = `attempt-${this.attempts.length}`;
    const number = this.attempts.length + 1;
    const attempt = { id, sessionId, number, clientToken: id, request, tries: 0 };
    this.attempts.push({ ...attempt, state: 'open', nextTryAt: null });
    return attempt;
  }

  async openAttempt(): Promise<LaunchAttempt | null> {
    const open = this.attempts.find(({ state }) => state === 'open');
    return open ? { ...open } : null;
  }

  async refusedSubnets() {
    return this.attempts.flatMap((a) => (a.state === 'refused' ? (a.request.subnetId ?? []) : []));
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

  private write(change: StatusChange): void {
    const status = this.status();
    const now = this.now();
    if (change.transition) {
      const { to, cause } = change.transition;
      this.history.push(`${to} (${cause})`);
      if (!isLegalTransition(status.state, to)) this.illegal.push(`${status.state} > ${to}`);
    }
    if (change.attempt) this.writeAttempt(change.attempt);
    this.row = { ...this.row, ...columnsOfChange({ settings: this.settings, now }, status, change) } as Row;
  }

  private writeAttempt(change: AttemptChange): void {
    const attempt = this.attempts.find(({ id, state }) => id === change.attemptId && state === 'open');
    if (!attempt) return;
    attempt.tries += 1;
    attempt.state = change.becomes;
    if (change.becomes !== 'open') return;
    attempt.nextTryAt = change.nextTryAt;
  }
}

function newRow(now: Date): Row {
  return {
    session_id: sessionId,
    owner: 'alice',
    name: 'cfd',
    os: 'linux',
    state: 'requested',
    state_since: now,
    reason_code: null,
    reason_sentence: null,
    applied_seq: 0,
    desired: 'running',
    desired_cause: 'user:alice',
    correlation_id: null,
    target_observed: false,
    force_stop: false,
    instance_id: null,
    instance_type: 'm7i.large',
    availability_zone: null,
    private_ip: null,
    access_epoch: 1,
    first_boot: true,
    deadline_at: null,
    called_at: null,
    failed_calls: 0,
    retry_at: null,
    missing_since: null,
    missing_count: 0,
    updated_at: now,
    open_attempt_id: null,
    next_try_at: null,
    hibernation: false,
    subnet_id: null,
    boot_id: null,
    rebooting_from: null,
    reboot_wanted: false,
    resize_to: null,
    capacity_round_at: null,
    expiry_announced_at: null,
    password_parameter: null,
  };
}
