import { type Database, type DatabaseTransaction, lockSession, transact } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import type { Kysely } from 'kysely';
import type {
  AccessTransaction,
  InTransaction,
  NewConnection,
  NewDenial,
  NewToken,
} from '../../application/ports.ts';
import { createTokenAndAccessReader, readAccess } from './access-queries.ts';

/** The records in Postgres, as transactions with failpoints around their commits. */
export function createAccessTransactions(db: Kysely<Database>, events: EventWriter): InTransaction {
  const readTokenAndAccess = createTokenAndAccessReader(db);
  return (name, work) =>
    transact(db, name, (trx) =>
      work({
        ...accessTransaction(trx, events),
        readTokenAndAccess: ({ tokenId, sessionId }) => readTokenAndAccess(trx, tokenId, sessionId),
      }),
    );
}

function accessTransaction(
  trx: DatabaseTransaction,
  events: EventWriter,
): Omit<AccessTransaction, 'readTokenAndAccess'> {
  return {
    lockSession: (sessionId) => lockSession(trx, sessionId),
    readAccess: (sessionId, user) => readAccess(trx, sessionId, user),
    addToken: (token) => addToken(trx, token),
    addConnection: (connection) => addConnection(trx, connection),
    addDenial: (denial) => addDenial(trx, denial),
    publish: async (type, subject, data, correlationId) => {
      await events.append(trx, type, { subject, data, correlationId });
    },
  };
}

async function addToken(trx: DatabaseTransaction, token: NewToken): Promise<void> {
  await trx
    .insertInto('token_service.dcv_tokens')
    .values({
      id: token.tokenId,
      session_id: token.sessionId,
      user_name: token.user,
      access_epoch: token.accessEpoch,
      user_epoch: token.userEpoch,
      share_id: token.shareId,
      issued_at: token.issuedAt.toJSDate(),
      first_use_by: token.firstUseBy.toJSDate(),
      expires_at: token.expiresAt.toJSDate(),
    })
    .execute();
}

/** One statement on a first use, too: PostgreSQL runs a data-modifying WITH whether or not it is read. */
async function addConnection(trx: DatabaseTransaction, connection: NewConnection): Promise<void> {
  const at = connection.authorizedAt.toJSDate();
  const row = {
    id: connection.connectionId,
    session_id: connection.sessionId,
    token_id: connection.tokenId,
    user_name: connection.user,
    client_address: connection.clientAddress,
    host_address: connection.hostAddress,
    authorized_at: at,
  };
  if (!connection.firstUse) {
    await trx.insertInto('token_service.dcv_connections').values(row).execute();
    return;
  }
  await trx
    .with('first_use', (db) =>
      db
        .updateTable('token_service.dcv_tokens')
        .set({ first_used_at: at })
        .where('id', '=', connection.tokenId)
        .where('first_used_at', 'is', null),
    )
    .insertInto('token_service.dcv_connections')
    .values(row)
    .execute();
}

async function addDenial(trx: DatabaseTransaction, denial: NewDenial): Promise<void> {
  await trx
    .insertInto('token_service.denied_connections')
    .values({
      id: denial.denialId,
      session_id: denial.sessionId,
      user_name: denial.user,
      token_id: denial.tokenId,
      client_address: denial.clientAddress,
      host_address: denial.hostAddress,
      reason: denial.reason,
      denied_at: denial.deniedAt.toJSDate(),
    })
    .execute();
}
