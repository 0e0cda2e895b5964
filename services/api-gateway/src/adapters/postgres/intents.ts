import { type Database, type DatabaseTransaction, lockSession, transact } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { AuditEntry, Intents, NewIntent } from '../../application/ports.ts';
import type { ResizeFacts } from '../../domain/judge-resize.ts';
import type { SessionRecord } from '../../domain/session-record.ts';
import type { AnnounceEvent } from './announce-event.ts';
import { instanceTypeJson } from './instance-type-rows.ts';
import { type SessionRow, selectSessions, toSessionRecord } from './session-rows.ts';

/** Intents as transactions of Postgres, one at a time for each session. */
export function createIntents(db: Kysely<Database>, announce: AnnounceEvent): Intents {
  return {
    withSession: (sessionId, work) =>
      transact(db, 'api-gateway.request-intent', async (trx) => {
        await lockSession(trx, sessionId);
        return work({
          session: await readSession(trx, sessionId),
          readResizeFacts: (session, instanceType) => readResizeFacts(trx, session, instanceType),
          async append(intent, announcement, audit) {
            await insertIntent(trx, intent, audit);
            await announce(trx, announcement);
          },
        });
      }),
  };
}

export async function readSession(trx: DatabaseTransaction, id: string): Promise<SessionRecord | null> {
  const row = await selectSessions(trx).where('s.id', '=', id).$castTo<SessionRow>().executeTakeFirst();
  return row ? toSessionRecord(row) : null;
}

async function readResizeFacts(
  trx: DatabaseTransaction,
  { id, softwareStack }: SessionRecord,
  instanceType: string,
): Promise<ResizeFacts> {
  const { rows } = await sql<ResizeFacts>`
    select
      json_build_object('os', k.os, 'architecture', k.architecture, 'minMemoryGiB', k.min_memory_gib,
        'requiresGpu', k.requires_gpu, 'minRootVolumeGiB', k.min_root_volume_gib,
        'maxRootVolumeGiB', p.max_root_volume_gib, 'allowedInstanceTypes', p.allowed_instance_types) as needs,
      (select ${instanceTypeJson} from session_manager.instance_types t where t.name = ${instanceType}) as type,
      (select r.availability_zone from session_manager.session_runtime r where r.session_id = ${id}) as zone
    from api_gateway.software_stacks k join api_gateway.profiles p on p.id = k.profile_id
    where k.id = ${softwareStack.id}`.execute(trx);
  const [facts] = rows;
  if (!facts) throw new Error(`The software stack of session ${id} is missing.`);
  return facts;
}

async function insertIntent(trx: DatabaseTransaction, intent: NewIntent, audit: AuditEntry): Promise<void> {
  await sql`
    with session as (
      update api_gateway.sessions set generation = ${intent.seq} where id = ${intent.sessionId}
    ), intent as (
      insert into api_gateway.session_intents (session_id, seq, kind, args, cause, at, correlation_id)
      values (${intent.sessionId}, ${intent.seq}, ${intent.kind}, ${JSON.stringify(intent.args)}, ${intent.cause},
        ${intent.at}, ${intent.correlationId})
    )
    insert into api_gateway.audit_log (id, at, actor, action, session_id, source_address, detail)
    values (${audit.id}, ${audit.at}, ${audit.actor}, ${audit.action}, ${audit.sessionId}, ${audit.sourceAddress},
      ${JSON.stringify(audit.detail)})`.execute(trx);
}
