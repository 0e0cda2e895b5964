import { type Database, type DatabaseTransaction, lockOwner, transact } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { Admissions, AdmittedSession } from '../../application/ports.ts';
import { readAdmissionFacts } from './admission-facts.ts';
import type { AnnounceEvent } from './announce-event.ts';
import { selectInstanceTypes } from './instance-type-rows.ts';

/** Admissions as transactions of Postgres, one at a time for each owner. */
export function createAdmissions(db: Kysely<Database>, announce: AnnounceEvent): Admissions {
  return {
    admit: (owner, work) =>
      transact(db, 'api-gateway.create-session', async (trx) => {
        await lockOwner(trx, owner);
        return work({
          async readFacts(request, key) {
            const { endedUnmarked, ...facts } = await readAdmissionFacts(trx, { owner, request, key });
            if (endedUnmarked) await markEnded(trx, owner);
            return facts;
          },
          readInstanceTypes: () => selectInstanceTypes(trx).execute(),
          async record(admitted) {
            await insertAdmitted(trx, admitted);
            await announce(trx, admitted.announcement);
          },
        });
      }),
  };
}

/** Frees the names of an owner's sessions that are over, before the event that says so has come. */
export async function markEnded(trx: DatabaseTransaction, owner: string): Promise<void> {
  await sql`
    update api_gateway.sessions s set ended_at = r.state_since
    from session_manager.session_runtime r
    where s.owner = ${owner} and s.ended_at is null and r.session_id = s.id and r.state = 'terminated'`.execute(
    trx,
  );
}

/** Session, first intent, audit entry and kept answer in one statement: each is a round trip less for the one who waits. */
async function insertAdmitted(trx: DatabaseTransaction, admitted: AdmittedSession): Promise<void> {
  const { session: s, correlationId, audit, answer } = admitted;
  await sql`
    with session as (
      insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib,
        session_type, hibernation, subnet_id, project_id, created_at, generation, schedule, schedule_changed_at)
      values (${s.id}, ${s.owner}, ${s.name}, ${s.os}, ${s.softwareStack.id}, ${s.instanceType}, ${s.rootVolumeGiB},
        ${s.sessionType}, ${s.hibernation}, ${s.subnetId}, ${s.project?.id ?? null}, ${s.createdAt}, ${s.generation},
        ${JSON.stringify(s.scheduling.schedule)}, ${s.scheduling.scheduleChangedAt})
    ), intent as (
      insert into api_gateway.session_intents (session_id, seq, kind, args, cause, at, correlation_id)
      values (${s.id}, ${s.generation}, ${s.latestIntent.kind}, '{}', ${audit.actor}, ${s.latestIntent.at},
        ${correlationId})
    ), answer as (
      insert into api_gateway.idempotency_keys (principal, key, request_hash, status, location, body)
      select ${s.owner}, a.* from (values (${answer?.key ?? null}::text, ${answer?.requestHash ?? null}::text,
        ${answer?.status ?? null}::int, ${answer?.location ?? null}::text, ${answer?.body ?? null}::text))
        a (key, request_hash, status, location, body)
      where a.key is not null
      -- What is there is older than the hours for which answers are kept, and only waits to be pruned.
      on conflict (principal, key) do update set request_hash = excluded.request_hash, status = excluded.status,
        location = excluded.location, body = excluded.body, created_at = now()
    )
    insert into api_gateway.audit_log (id, at, actor, action, session_id, source_address, detail)
    values (${audit.id}, ${audit.at}, ${audit.actor}, ${audit.action}, ${audit.sessionId}, ${audit.sourceAddress},
      ${JSON.stringify(audit.detail)})`.execute(trx);
}
