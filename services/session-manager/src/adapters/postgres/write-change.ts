import type { EventType, SessionState, StateReason } from '@deskfleet/contracts';
import type { DatabaseTransaction } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import { sql } from 'kysely';
import type { AttemptChange, StatusChange } from '../../application/session-store.ts';
import type { AwsFailure } from '../../domain/reasons.ts';
import type { SessionStatus } from '../../domain/session-status.ts';
import type { LifecycleSettings } from '../../domain/settings.ts';
import { deadlineOf, eventTypeOf, isLegalTransition } from '../../domain/transitions.ts';
import { columnsOf } from './status-rows.ts';

/** The open transaction in which a session changes, with what every change needs. */
export interface Writing {
  trx: DatabaseTransaction;
  events: EventWriter;
  settings: LifecycleSettings;
  now: Date;
  correlationId: string | null;
}

/** A rule asked for a transition that the state machine does not have: a defect, so nothing is committed. */
class IllegalTransitionError extends Error {
  override name = 'IllegalTransitionError';
  constructor(sessionId: string, from: SessionState, to: SessionState) {
    super(`Session ${sessionId} cannot go from ${from} to ${to}.`);
  }
}

/** Writes a decided change of a locked session: its row, the transition, the launch attempt, the events. */
export async function writeChange(
  writing: Writing,
  status: SessionStatus,
  change: StatusChange,
): Promise<void> {
  const { trx, now } = writing;
  if (change.attempt) await writeAttempt(writing, change.attempt);
  const after = afterChange(status, change);
  await trx
    .updateTable('session_manager.session_runtime')
    .set({
      updated_at: now,
      ...columnsOfChange(writing, status, change),
      ...(endsAccess(status, change) && { access_epoch: sql<number>`access_epoch + 1` }),
    })
    .where('session_id', '=', status.sessionId)
    .execute();
  if (change.transition) await writeTransition(writing, status, after, change.transition);
  if (change.resized) await writeResized(writing, after, change.resized);
  if (change.expires) await writeExpiring(writing, after, change.expires);
  if (change.fails) await writeFailure(writing, after, change.fails);
  if (change.rejects) await writeRejection(writing, after, change.rejects);
}

function afterChange(status: SessionStatus, { set, transition }: StatusChange): SessionStatus {
  return { ...status, ...set, ...(transition && { state: transition.to }) };
}

/** What a change writes into the session's row. */
export function columnsOfChange(
  writing: Pick<Writing, 'settings' | 'now'>,
  status: SessionStatus,
  change: StatusChange,
) {
  const { transition, set = {} } = change;
  return {
    ...(transition && columnsOfTransition(writing, afterChange(status, change), transition)),
    ...columnsOf(set),
  };
}

type TransitionChange = NonNullable<StatusChange['transition']>;

function columnsOfTransition(
  { settings, now }: Pick<Writing, 'settings' | 'now'>,
  after: SessionStatus,
  { to, reason }: TransitionChange,
) {
  return {
    state: to,
    state_since: now,
    reason_code: reason?.code ?? null,
    reason_sentence: reason?.sentence ?? null,
    deadline_at: deadlineOf(to, after.firstBoot, now, settings),
    failed_calls: 0,
    retry_at: null,
    ...(to === after.desired && { target_observed: true }),
    ...(to === 'running' && { first_boot: false }),
    // It waited for the host of the state that is left.
    pending_stop: null,
    // A reboot is over when the desktop is up again, or has been stopped or started instead.
    ...(to !== 'starting' && { reboot_wanted: false, rebooting_from: null }),
  };
}

/** Tokens end when the owner asks for it and whenever the desktop leaves `running`. */
function endsAccess(status: SessionStatus, change: StatusChange): boolean {
  return change.set?.endsAccess === true || (status.state === 'running' && change.transition !== undefined);
}

async function writeTransition(
  { trx, events, now, correlationId }: Writing,
  before: SessionStatus,
  after: SessionStatus,
  { to, cause, reason }: TransitionChange,
): Promise<void> {
  if (!isLegalTransition(before.state, to))
    throw new IllegalTransitionError(before.sessionId, before.state, to);
  const type = eventTypeOf(to);
  const eventId = type === null ? null : await appendStateEvent(type);
  await trx
    .insertInto('session_manager.session_transitions')
    .values({
      session_id: before.sessionId,
      from_state: before.state,
      to_state: to,
      cause,
      reason_code: reason?.code ?? null,
      reason_sentence: reason?.sentence ?? null,
      event_id: eventId,
      at: now,
    })
    .execute();

  function appendStateEvent(stateEvent: EventType): Promise<string> {
    return events.append(trx, stateEvent, {
      subject: before.sessionId,
      data: {
        ...aboutSession(after, cause),
        state: to,
        from: before.state,
        reason,
        ...machineOf(after),
        ...(type === 'deskfleet.session.stopped.v1' && { hibernated: to === 'hibernated' }),
      },
      ...(correlationId && { correlationId }),
    });
  }
}

function aboutSession(status: SessionStatus, cause: string) {
  return {
    sessionId: status.sessionId,
    owner: status.owner,
    name: status.name,
    os: status.os,
    generation: status.appliedSeq,
    cause,
  };
}

function machineOf({ instanceId, instanceType }: SessionStatus) {
  return { instanceId, instanceType };
}

async function writeResized(
  { trx, events, correlationId }: Writing,
  status: SessionStatus,
  { from }: NonNullable<StatusChange['resized']>,
): Promise<void> {
  await events.append(trx, 'deskfleet.session.resized.v1', {
    subject: status.sessionId,
    data: {
      ...aboutSession(status, status.desiredCause),
      instanceId: status.instanceId ?? '',
      instanceType: status.instanceType,
      previousInstanceType: from,
    },
    ...(correlationId && { correlationId }),
  });
}

async function writeExpiring(
  { trx, events }: Writing,
  status: SessionStatus,
  { hibernatedSince, resumableUntil }: NonNullable<StatusChange['expires']>,
): Promise<void> {
  const { os, ...about } = aboutSession(status, 'reconciler');
  await events.append(trx, 'deskfleet.session.hibernation-expiring.v1', {
    subject: status.sessionId,
    data: {
      ...about,
      hibernatedSince: hibernatedSince.toISOString(),
      resumableUntil: resumableUntil.toISOString(),
    },
  });
}

/** Tells the owner that what a clock wanted cannot be done. */
async function writeFailure(
  { trx, events }: Writing,
  status: SessionStatus,
  { change, reason }: NonNullable<StatusChange['fails']>,
): Promise<void> {
  const { sessionId, owner, generation, cause } = aboutSession(status, status.desiredCause);
  await events.append(trx, 'deskfleet.session.automatic-change-failed.v1', {
    subject: sessionId,
    data: { sessionId, owner, generation, cause, change, state: status.state, reason },
  });
}

/** Tells the owner that an accepted intent cannot be fulfilled. */
async function writeRejection(
  { trx, events, correlationId }: Writing,
  status: SessionStatus,
  { kind, reason }: { kind: NonNullable<StatusChange['rejects']>['kind']; reason: StateReason },
): Promise<void> {
  const { sessionId, owner, generation, cause } = aboutSession(status, status.desiredCause);
  await events.append(trx, 'deskfleet.session.command-rejected.v1', {
    subject: sessionId,
    data: { sessionId, owner, generation, cause, kind, state: status.state, reason },
    ...(correlationId && { correlationId }),
  });
}

async function writeAttempt({ trx, now }: Writing, change: AttemptChange): Promise<void> {
  const update = trx.updateTable('session_manager.launch_attempts').where('id', '=', change.attemptId);
  const open = update.where('state', '=', 'open').set({ tries: sql<number>`tries + 1` });
  switch (change.becomes) {
    case 'accepted':
      await open.set({ state: 'accepted', instance_id: change.instanceId, closed_at: now }).execute();
      return;
    case 'refused':
      await open.set({ state: 'refused', ...failureColumns(change.failure), closed_at: now }).execute();
      return;
    case 'open':
      await open.set({ next_try_at: change.nextTryAt, ...failureColumns(change.failure) }).execute();
      return;
    default:
      change satisfies never;
  }
}

function failureColumns({ kind, code, message }: AwsFailure) {
  return { failure_kind: kind, error_code: code, error_message: message };
}
