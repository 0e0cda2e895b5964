import {
  type Database,
  type DatabaseTransaction,
  lockSession,
  prepared,
  transact,
} from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import { CompiledQuery, type Kysely } from 'kysely';
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
    addConnection: (connection) => addConnection(trx, events, connection),
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

/**
 * Everything that a yes writes, in one statement, as a DCV server waits for it: PostgreSQL runs each part of a
 * data-modifying WITH whether or not it is read.
 */
const addConnectionStatement = prepared('add-connection', {
  sql: `with connection as (
      insert into token_service.dcv_connections
        (id, session_id, token_id, user_name, client_address, host_address, authorized_at)
      values ($1, $2, $3, $4, $5, $6, $7)),
    first_use as (
      update token_service.dcv_tokens set first_used_at = $7 where id = $3 and first_used_at is null)
    insert into token_service.outbox (id, subject, event) values ($8, $9, $10)`,
});

async function addConnection(
  trx: DatabaseTransaction,
  events: EventWriter,
  connection: NewConnection,
): Promise<void> {
  const { tokenId, sessionId, user, owner, clientAddress, hostAddress, correlationId } = connection;
  const data = { sessionId, owner, user, tokenId, clientAddress, hostAddress };
  const type = 'deskfleet.access.connection-authorized.v1';
  const told = events.rowOf(type, { subject: sessionId, data, correlationId });
  const at = connection.authorizedAt.toJSDate();
  const written = [connection.connectionId, sessionId, tokenId, user, clientAddress, hostAddress, at];
  await trx.executeQuery(
    CompiledQuery.raw(addConnectionStatement.sql, [...written, told.id, told.subject, told.event]),
  );
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
