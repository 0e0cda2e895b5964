import type { Database } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { LaunchSpec } from '../../application/session-store.ts';
import type { LaunchPlaces, RefusedPlace } from '../../domain/choose-place.ts';
import { isFallback } from '../../domain/is-fallback.ts';
import type { LaunchRequest } from '../../domain/launch-request.ts';
import type { AwsFailureKind } from '../../domain/reasons.ts';

/** Everything that a launch is made of, in one query; null when there is no such session. */
export async function launchSpec(db: Kysely<Database>, sessionId: string): Promise<LaunchSpec | null> {
  const row = await db
    .selectFrom('api_gateway.sessions as s')
    .innerJoin('api_gateway.software_stacks as k', 'k.id', 's.software_stack_id')
    .innerJoin('api_gateway.profiles as p', 'p.id', 'k.profile_id')
    .innerJoin('api_gateway.users as u', 'u.name', 's.owner')
    .leftJoin('api_gateway.projects as j', 'j.id', 's.project_id')
    .where('s.id', '=', sessionId)
    .select(['s.id as sessionId', 's.owner', 'u.posix_uid as ownerUid', 's.name', 'j.name as project'])
    .select(['s.os', 'k.base_os as baseOs', 'k.architecture', 's.instance_type as instanceType'])
    .select(['p.fallback_instance_types as fallbackInstanceTypes', 's.root_volume_gib as rootVolumeGiB'])
    .select([
      's.hibernation',
      's.session_type as sessionType',
      'k.image',
      'k.graphics_image as graphicsImage',
    ])
    .select(['k.mounts', 'k.hook_script as hookScript', 's.subnet_id as subnetId'])
    .select(['p.allowed_subnets as allowedSubnets', 'k.min_memory_gib as minMemoryGiB'])
    .executeTakeFirst();
  return row ?? null;
}

/** Where a session may be launched, as far as EC2 has been asked, and what has refused in the present round. */
export async function launchPlaces(
  db: Kysely<Database>,
  spec: LaunchSpec,
  configuredSubnets: string[],
): Promise<LaunchPlaces> {
  const [types, subnets, refused] = await Promise.all([
    typesOf(db, spec),
    subnetsOf(db, spec, configuredSubnets),
    refusedPlaces(db, spec.sessionId),
  ]);
  return { types, subnets, refused };
}

/** The wanted type, and those fallbacks on which the same image runs as it would there. */
async function typesOf(db: Kysely<Database>, spec: LaunchSpec): Promise<LaunchPlaces['types']> {
  const names = [...new Set([spec.instanceType, ...spec.fallbackInstanceTypes])];
  const rows = await db
    .selectFrom('session_manager.instance_types')
    .where('name', 'in', names)
    .select(['name', 'zones', 'architectures', 'gpu'])
    .select(['hibernation_supported as hibernationSupported', 'memory_mib as memoryMiB'])
    .execute();
  const known = new Map(rows.map(({ gpu, ...row }) => [row.name, { ...row, hasGpu: gpu !== null }]));
  const wanted = known.get(spec.instanceType);
  return names
    .filter((name) => {
      const type = known.get(name);
      return name === spec.instanceType || (type !== undefined && isFallback(type, wanted, spec));
    })
    .map((name) => ({
      name,
      hasGpu: known.get(name)?.hasGpu ?? false,
      zones: known.get(name)?.zones ?? [],
    }));
}

async function subnetsOf(
  db: Kysely<Database>,
  { subnetId, allowedSubnets }: LaunchSpec,
  configured: string[],
): Promise<LaunchPlaces['subnets']> {
  const rows = await db.selectFrom('session_manager.subnets').select(['id', 'zone']).orderBy('id').execute();
  const zones = new Map(rows.map(({ id, zone }) => [id, zone]));
  const all = configured.length > 0 ? configured : rows.map(({ id }) => id);
  const allowed = all.filter((id) => allowedSubnets.length === 0 || allowedSubnets.includes(id));
  const ids = subnetId === null ? allowed : [subnetId];
  return ids.map((id) => ({ id, zone: zones.get(id) ?? null }));
}

async function refusedPlaces(db: Kysely<Database>, sessionId: string): Promise<LaunchPlaces['refused']> {
  const rows = await db
    .selectFrom('session_manager.launch_attempts as a')
    .innerJoin('session_manager.session_runtime as r', 'r.session_id', 'a.session_id')
    .where('a.session_id', '=', sessionId)
    .where('a.state', '=', 'refused')
    .where('a.opened_at', '>=', (eb) => eb.fn.coalesce('r.capacity_round_at', 'r.state_since'))
    .select(['a.request', 'a.failure_kind', 'a.error_code'])
    .orderBy('a.number')
    .execute();
  return rows.map(({ request, failure_kind, error_code }): RefusedPlace => {
    const { instanceType, subnetId, zone } = frozenRequest(request);
    // Only this service writes the column, from values of the type.
    const kind = (failure_kind ?? 'invalid') as AwsFailureKind;
    return { instanceType, subnetId, zone, kind, code: error_code ?? '' };
  });
}

/** Only `beginAttempt` writes the column, so what is read is what the domain calls a launch request. */
export function frozenRequest(request: object): LaunchRequest {
  return request as LaunchRequest;
}
