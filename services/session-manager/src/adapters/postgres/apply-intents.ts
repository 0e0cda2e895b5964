import type { DatabaseTransaction } from '@deskfleet/database';
import { freshWish } from '../../application/automatic-changes.ts';
import type { StatusChange, StatusFields } from '../../application/session-store.ts';
import type { Intent, IntentDecision, IntentFacts } from '../../domain/decide-intent.ts';
import type { SessionStatus } from '../../domain/session-status.ts';
import { selectStatus, statusOf } from './status-rows.ts';
import { type Writing, writeChange } from './write-change.ts';

/** Applies, in order, every intent of a locked session that has not been applied. */
export async function applyIntents(
  writing: Omit<Writing, 'correlationId'>,
  sessionId: string,
  decide: (facts: IntentFacts, intent: Intent) => IntentDecision,
): Promise<void> {
  const { trx, now } = writing;
  await insertStatus(trx, sessionId, now);
  for (const { correlationId, ...intent } of await unapplied(trx, sessionId)) {
    const row = await selectStatus(trx).where('r.session_id', '=', sessionId).executeTakeFirstOrThrow();
    const status = statusOf(row);
    const facts = {
      state: status.state,
      desired: status.desired,
      hasInstance: status.instanceId !== null,
      hibernation: status.hibernation,
    };
    const applied = { ...status, appliedSeq: intent.seq };
    await trx
      .updateTable('session_manager.session_runtime')
      .set({ applied_seq: intent.seq, correlation_id: correlationId })
      .where('session_id', '=', sessionId)
      .execute();
    await writeChange(
      { ...writing, correlationId },
      applied,
      changeByIntent(applied, intent, decide(facts, intent), now),
    );
  }
}

/** What an applied intent changes, or that it is rejected. */
export function changeByIntent(
  status: Pick<SessionStatus, 'state' | 'targetObserved'>,
  intent: Intent,
  decision: IntentDecision,
  now: Date,
): StatusChange {
  if (decision.outcome === 'rejected') return { rejects: { kind: intent.kind, reason: decision.reason } };
  return {
    ...(decision.enter && { transition: { to: decision.enter, cause: intent.cause, reason: null } }),
    set: {
      desired: decision.desired,
      desiredCause: intent.cause,
      // A resize asks for nothing that EC2 has to be seen in: a stopped desktop stays stopped.
      targetObserved: intent.kind === 'resize' && status.targetObserved,
      ...freshWish,
      endsAccess: decision.endsAccess,
      ...errandOf(intent),
      ...deadlineAfter(intent, status.state, now),
      ...(decision.enter === 'provisioning' && { calledAt: null }),
    },
  };
}

/** What the intent wants besides a state. */
function errandOf({ kind, args }: Intent): StatusFields {
  return {
    forceStop: kind === 'stop' && args.force === true,
    rebootWanted: kind === 'reboot',
    ...(kind === 'resize' && { resizeTo: args.instanceType ?? null }),
    ...(kind === 'terminate' && { resizeTo: null }),
  };
}

function deadlineAfter({ kind, args }: Intent, state: SessionStatus['state'], now: Date): StatusFields {
  const goesDown = state === 'stopping' || state === 'hibernating';
  // A stop under way is overtaken by one that cuts the power: the deadline of the gentle one has come.
  if (kind === 'stop' && args.force === true && goesDown) return { deadlineAt: now };
  const rests = state === 'stopped' || state === 'hibernated';
  return kind === 'start' && rests ? { deadlineAt: null } : {};
}

/** The status row of a session begins with its first intent. */
async function insertStatus(trx: DatabaseTransaction, sessionId: string, now: Date): Promise<void> {
  const inserted = await trx
    .insertInto('session_manager.session_runtime')
    .columns([
      'session_id',
      'state',
      'state_since',
      'applied_seq',
      'desired',
      'desired_cause',
      'instance_type',
      'updated_at',
    ])
    .expression((eb) =>
      eb
        .selectFrom('api_gateway.sessions as s')
        .innerJoin('api_gateway.session_intents as i', 'i.session_id', 's.id')
        .where('s.id', '=', sessionId)
        .where('i.seq', '=', 1)
        .select((e) => [
          's.id',
          e.val('requested').as('state'),
          's.created_at as state_since',
          e.cast<number>(e.val(0), 'integer').as('applied_seq'),
          e.val('running').as('desired'),
          'i.cause as desired_cause',
          's.instance_type',
          e.cast<Date>(e.val(now), 'timestamptz').as('updated_at'),
        ]),
    )
    .onConflict((conflict) => conflict.column('session_id').doNothing())
    .returning(['desired_cause', 'state_since'])
    .executeTakeFirst();
  if (!inserted) return;
  await trx
    .insertInto('session_manager.session_transitions')
    .values({
      session_id: sessionId,
      to_state: 'requested',
      cause: inserted.desired_cause,
      at: inserted.state_since,
    })
    .execute();
}

async function unapplied(trx: DatabaseTransaction, sessionId: string) {
  const rows = await trx
    .selectFrom('api_gateway.session_intents as i')
    .innerJoin('session_manager.session_runtime as r', 'r.session_id', 'i.session_id')
    .where('i.session_id', '=', sessionId)
    .whereRef('i.seq', '>', 'r.applied_seq')
    .orderBy('i.seq')
    .select(['i.seq', 'i.kind', 'i.args', 'i.cause', 'i.correlation_id'])
    .execute();
  return rows.map((row) => ({
    seq: row.seq,
    kind: row.kind,
    args: row.args,
    cause: row.cause,
    correlationId: row.correlation_id,
  }));
}
