import type { CreateSessionBody } from '@deskfleet/contracts';
import type { DatabaseTransaction } from '@deskfleet/database';
import { sql } from 'kysely';
import type { StoredAnswer } from '../../application/ports.ts';
import type { AdmissionFacts, StackFacts, SubnetFacts } from '../../domain/admission.ts';
import type { InstanceTypeFacts } from '../../domain/instance-type-rules.ts';
import type { StackProject } from '../../domain/stack-visibility.ts';
import { instanceTypeJson } from './instance-type-rows.ts';
import { projectJson, stackProjects } from './stack-projects.ts';

interface FactsRow {
  stack: StackFacts | null;
  instance_type: InstanceTypeFacts | null;
  instance_types_known: boolean;
  subnets: SubnetFacts[];
  project: StackProject | null;
  linux: number;
  windows: number;
  name_taken: boolean | null;
  ended_unmarked: boolean | null;
  timezone: string | null;
  previous: (StoredAnswer & { requestHash: string }) | null;
}

/** Without what the caller's token and a refusal bring. */
export type AdmissionFactsRead = Omit<AdmissionFacts, 'administrator' | 'otherTypes'> & {
  previous: (StoredAnswer & { requestHash: string }) | null;
  /** The owner has sessions that session-manager calls terminated, and that are not marked as ended. */
  endedUnmarked: boolean;
};

/** How long an answer is given again to a request with the same Idempotency-Key. */
export const idempotencyHours = 24;

/** Everything that an admission is judged by, in one query under the owner's lock. */
export async function readAdmissionFacts(
  trx: DatabaseTransaction,
  { owner, request, key }: { owner: string; request: CreateSessionBody; key: string | null },
): Promise<AdmissionFactsRead> {
  const { rows } = await factsQuery(owner, request, key).execute(trx);
  const [row] = rows;
  if (!row) throw new Error('The admission facts had no row.');
  return {
    stack: row.stack,
    instanceType: row.instance_type,
    instanceTypesKnown: row.instance_types_known,
    subnets: row.subnets,
    project: row.project,
    liveSessions: { linux: row.linux, windows: row.windows },
    nameTaken: row.name_taken ?? false,
    timezone: row.timezone,
    endedUnmarked: row.ended_unmarked ?? false,
    previous: row.previous,
  };
}

function factsQuery(owner: string, request: CreateSessionBody, key: string | null) {
  return sql<FactsRow>`
    select
      (select json_build_object('id', k.id, 'name', k.name, 'os', k.os, 'architecture', k.architecture,
          'minRootVolumeGiB', k.min_root_volume_gib, 'minMemoryGiB', k.min_memory_gib,
          'requiresGpu', k.requires_gpu,
          'allowedInstanceTypes', p.allowed_instance_types, 'allowedSessionTypes', p.allowed_session_types,
          'maxRootVolumeGiB', p.max_root_volume_gib, 'allowedSubnets', p.allowed_subnets,
          'usersMayChangeSchedule', p.users_may_change_schedule, 'stopAtClose', p.stop_at_close,
          'projects', ${stackProjects(owner)})
        from api_gateway.software_stacks k join api_gateway.profiles p on p.id = k.profile_id
        where k.id = ${request.softwareStackId} and k.enabled) as stack,
      (select ${instanceTypeJson} from session_manager.instance_types t
        where t.name = ${request.instanceType}) as instance_type,
      exists (select from session_manager.instance_types) as instance_types_known,
      (select coalesce(json_agg(json_build_object('id', n.id, 'zone', n.zone) order by n.id), '[]')
        from session_manager.subnets n) as subnets,
      (select ${projectJson(owner)} from api_gateway.projects j where j.id = ${request.projectId ?? null}) as project,
      (select json_build_object('status', a.status, 'location', a.location, 'body', a.body, 'requestHash', a.request_hash)
        from api_gateway.idempotency_keys a
        where a.principal = ${owner} and a.key = ${key}
          and a.created_at > now() - make_interval(hours => ${idempotencyHours})) as previous,
      (select u.timezone from api_gateway.users u where u.name = ${owner}) as timezone,
      live.*
    from (
      select (count(*) filter (where s.os = 'linux' and not s.over))::int as linux,
        (count(*) filter (where s.os = 'windows' and not s.over))::int as windows,
        bool_or(not s.over and lower(s.name) = lower(${request.name})) as name_taken,
        bool_or(s.over) as ended_unmarked
      from (
        select s.os, s.name, r.state is not distinct from 'terminated' as over
        from api_gateway.sessions s left join session_manager.session_runtime r on r.session_id = s.id
        where s.owner = ${owner} and s.ended_at is null
      ) s
    ) live`;
}
