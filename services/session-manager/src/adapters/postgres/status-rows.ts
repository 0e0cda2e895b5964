import type { Database, DatabaseTransaction, PendingStopColumn } from '@deskfleet/database';
import type { Kysely, Selectable, Updateable } from 'kysely';
import type { StatusFields } from '../../application/session-store.ts';
import type { PendingStop, SessionStatus } from '../../domain/session-status.ts';

type RuntimeRow = Selectable<Database['session_manager.session_runtime']>;
type StatusRow = RuntimeRow & {
  owner: string;
  name: string;
  os: SessionStatus['os'];
  hibernation: boolean;
  hibernation_fallback: SessionStatus['hibernationFallback'];
  open_attempt_id: string | null;
  next_try_at: Date | null;
};

/** Status, the spec that belongs to it, and the open launch attempt if there is one. */
export function selectStatus(db: Kysely<Database> | DatabaseTransaction) {
  return db
    .selectFrom('session_manager.session_runtime as r')
    .innerJoin('api_gateway.sessions as s', 's.id', 'r.session_id')
    .innerJoin('api_gateway.software_stacks as k', 'k.id', 's.software_stack_id')
    .innerJoin('api_gateway.profiles as p', 'p.id', 'k.profile_id')
    .leftJoin('session_manager.launch_attempts as a', (join) =>
      join.onRef('a.session_id', '=', 'r.session_id').on('a.state', '=', 'open'),
    )
    .selectAll('r')
    .select(['s.owner', 's.name', 's.os', 's.hibernation', 'p.hibernation_fallback'])
    .select(['a.id as open_attempt_id', 'a.next_try_at']);
}

export function statusOf(row: StatusRow): SessionStatus {
  return {
    sessionId: row.session_id,
    owner: row.owner,
    name: row.name,
    os: row.os,
    hibernation: row.hibernation,
    hibernationFallback: row.hibernation_fallback,
    state: row.state,
    stateSince: row.state_since,
    reason: row.reason_code === null ? null : { code: row.reason_code, sentence: row.reason_sentence ?? '' },
    appliedSeq: row.applied_seq,
    desired: row.desired,
    desiredCause: row.desired_cause,
    targetObserved: row.target_observed,
    forceStop: row.force_stop,
    rebootWanted: row.reboot_wanted,
    rebootingFrom: row.rebooting_from,
    resizeTo: row.resize_to,
    instanceId: row.instance_id,
    instanceType: row.instance_type,
    availabilityZone: row.availability_zone,
    subnetId: row.subnet_id,
    privateIp: row.private_ip,
    bootId: row.boot_id,
    firstBoot: row.first_boot,
    deadlineAt: row.deadline_at,
    calledAt: row.called_at,
    failedCalls: row.failed_calls,
    retryAt: row.retry_at,
    missingSince: row.missing_since,
    missingCount: row.missing_count,
    capacityRoundAt: row.capacity_round_at,
    expiryAnnouncedAt: row.expiry_announced_at,
    pendingStop: row.pending_stop && pendingStopOf(row.pending_stop),
    startUntil: row.start_until,
    openAttempt:
      row.open_attempt_id === null ? null : { id: row.open_attempt_id, nextTryAt: row.next_try_at },
  };
}

function pendingStopOf(column: PendingStopColumn): PendingStop {
  return {
    edgeAt: new Date(column.edgeAt),
    validUntil: column.validUntil === null ? null : new Date(column.validUntil),
    observedAt: new Date(column.observedAt),
    generation: column.generation,
  };
}

/** The columns that these fields are kept in; `endsAccess` raises the epoch and is the caller's to write. */
export function columnsOf(fields: StatusFields): Updateable<Database['session_manager.session_runtime']> {
  const columns: Updateable<Database['session_manager.session_runtime']> = {
    desired: fields.desired,
    desired_cause: fields.desiredCause,
    target_observed: fields.targetObserved,
    force_stop: fields.forceStop,
    reboot_wanted: fields.rebootWanted,
    rebooting_from: fields.rebootingFrom,
    resize_to: fields.resizeTo,
    instance_id: fields.instanceId,
    instance_type: fields.instanceType,
    availability_zone: fields.availabilityZone,
    subnet_id: fields.subnetId,
    private_ip: fields.privateIp,
    boot_id: fields.bootId,
    first_boot: fields.firstBoot,
    deadline_at: fields.deadlineAt,
    called_at: fields.calledAt,
    failed_calls: fields.failedCalls,
    retry_at: fields.retryAt,
    missing_since: fields.missingSince,
    missing_count: fields.missingCount,
    capacity_round_at: fields.capacityRoundAt,
    expiry_announced_at: fields.expiryAnnouncedAt,
    correlation_id: fields.correlationId,
    start_until: fields.startUntil,
    pending_stop: fields.pendingStop && JSON.stringify(fields.pendingStop),
    ...(fields.reason !== undefined && {
      reason_code: fields.reason?.code ?? null,
      reason_sentence: fields.reason?.sentence ?? null,
    }),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}
