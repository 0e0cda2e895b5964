import type {
  DesiredState,
  IntentArguments,
  IntentKind,
  OperatingSystem,
  SessionState,
  SessionType,
} from '@deskfleet/contracts';
import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { SchedulingSpec } from '../../domain/scheduling-spec.ts';
import type { SessionRecord, SessionRuntime } from '../../domain/session-record.ts';
import { type IdleColumn, idleColumn, toIdleFinding } from './idle-finding.ts';
import { scheduleOf } from './kept-schedules.ts';
import { type GuestsColumn, guestsColumn, toGuests } from './live-guests.ts';
import { stepsColumn, toSteps } from './session-steps.ts';

/** All that is shown of a session, in one query: the spec, its stack's name and policy, its latest intent and its status. */
export function selectSessions(db: Kysely<Database>) {
  return db
    .selectFrom('api_gateway.sessions as s')
    .innerJoin('api_gateway.software_stacks as k', 'k.id', 's.software_stack_id')
    .innerJoin('api_gateway.session_intents as i', (join) =>
      join.onRef('i.session_id', '=', 's.id').onRef('i.seq', '=', 's.generation'),
    )
    .leftJoin('api_gateway.projects as j', 'j.id', 's.project_id')
    .innerJoin('api_gateway.profiles as p', 'p.id', 'k.profile_id')
    .leftJoin('session_manager.session_runtime as r', 'r.session_id', 's.id')
    .leftJoin('scheduler.schedule_state as w', 'w.session_id', 's.id')
    .select([
      's.id',
      's.owner',
      's.name',
      's.os',
      's.software_stack_id',
      'k.name as stack_name',
      's.instance_type',
      's.root_volume_gib',
      's.session_type',
      's.hibernation',
      's.subnet_id',
      's.project_id',
      'j.name as project_name',
      'p.owners_may_create_images',
      'p.users_may_change_schedule',
      'p.stop_at_close as profile_stop_at_close',
      's.created_at',
      's.ended_at',
      's.generation',
      'i.kind as intent_kind',
      'i.args as intent_args',
      'i.cause as intent_cause',
      'i.at as intent_at',
      'w.expires_at',
      ...schedulingColumns,
      ...runtimeColumns,
    ])
    .select([sql<string>`s.schedule::text`.as('schedule'), idleColumn().as('idle')])
    .select([stepsColumn().as('steps'), guestsColumn('s.id').as('guests')]);
}

const schedulingColumns = [
  's.schedule_changed_at',
  's.schedule_opened_at',
  's.keep_running_until',
  's.pause_until',
  's.overrides_changed_at',
  's.stop_at_close',
  's.stop_at_close_by',
  's.spec_version',
] as const;

const runtimeColumns = [
  'r.state',
  'r.state_since',
  'r.reason_code',
  'r.reason_sentence',
  'r.applied_seq',
  'r.desired',
  'r.desired_cause',
  'r.instance_id',
  'r.instance_type as runtime_instance_type',
  'r.private_ip',
  'r.subnet_id as runtime_subnet_id',
] as const;

interface SchedulingRow {
  /** As the database writes it. */
  schedule: string;
  schedule_changed_at: Date;
  schedule_opened_at: Date | null;
  keep_running_until: Date | null;
  pause_until: Date | null;
  overrides_changed_at: Date | null;
  stop_at_close: boolean | null;
  stop_at_close_by: string | null;
  spec_version: number;
}

/** A row of `selectSessions`; everything of `r` is null until session-manager has taken the session up. */
export interface SessionRow extends SchedulingRow {
  id: string;
  owner: string;
  name: string;
  os: OperatingSystem;
  software_stack_id: string;
  stack_name: string;
  instance_type: string;
  root_volume_gib: number;
  session_type: SessionType;
  hibernation: boolean;
  subnet_id: string | null;
  project_id: string | null;
  project_name: string | null;
  owners_may_create_images: boolean;
  users_may_change_schedule: boolean;
  profile_stop_at_close: boolean;
  created_at: Date;
  ended_at: Date | null;
  generation: number;
  intent_kind: IntentKind;
  intent_args: IntentArguments;
  intent_cause: string;
  intent_at: Date;
  expires_at: Date | null;
  idle: IdleColumn | null;
  steps: string | null;
  guests: GuestsColumn;
  state: SessionState | null;
  state_since: Date | null;
  reason_code: string | null;
  reason_sentence: string | null;
  applied_seq: number | null;
  desired: DesiredState | null;
  desired_cause: string | null;
  instance_id: string | null;
  runtime_instance_type: string | null;
  private_ip: string | null;
  runtime_subnet_id: string | null;
}

export function toSessionRecord(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    owner: row.owner,
    name: row.name,
    os: row.os,
    softwareStack: { id: row.software_stack_id, name: row.stack_name },
    instanceType: row.instance_type,
    rootVolumeGiB: row.root_volume_gib,
    sessionType: row.session_type,
    hibernation: row.hibernation,
    subnetId: row.subnet_id,
    project: row.project_id === null ? null : { id: row.project_id, name: row.project_name ?? '' },
    ownersMayCreateImages: row.owners_may_create_images,
    usersMayChangeSchedule: row.users_may_change_schedule,
    profileStopsAtClose: row.profile_stop_at_close,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    scheduling: toScheduling(row),
    specVersion: row.spec_version,
    expiresAt: row.expires_at,
    idleFinding: toIdleFinding(row.idle),
    steps: toSteps(row.steps),
    generation: row.generation,
    latestIntent: {
      kind: row.intent_kind,
      args: row.intent_args,
      cause: row.intent_cause,
      at: row.intent_at,
    },
    guests: toGuests(row.guests),
    runtime: toRuntime(row),
  };
}

function toScheduling(row: SchedulingRow): SchedulingSpec {
  return {
    schedule: scheduleOf(row.schedule),
    scheduleChangedAt: row.schedule_changed_at,
    scheduleOpenedAt: row.schedule_opened_at,
    keepRunningUntil: row.keep_running_until,
    pauseUntil: row.pause_until,
    overridesChangedAt: row.overrides_changed_at,
    stopAtClose: row.stop_at_close,
    stopAtCloseBy: row.stop_at_close_by,
  };
}

function toRuntime(row: SessionRow): SessionRuntime | null {
  const { state, state_since, applied_seq, desired, desired_cause, runtime_instance_type } = row;
  if (!state || !state_since || applied_seq === null || !desired || !runtime_instance_type) return null;
  const { reason_code: code, reason_sentence: sentence } = row;
  return {
    state,
    stateSince: state_since,
    reason: code === null ? null : { code, sentence: sentence ?? '' },
    appliedSeq: applied_seq,
    desired,
    desiredCause: desired_cause ?? '',
    instanceId: row.instance_id,
    instanceType: runtime_instance_type,
    privateIp: row.private_ip,
    subnetId: row.runtime_subnet_id,
  };
}
