import { randomUUID } from 'node:crypto';
import { subjectOf } from '@deskfleet/contracts';
import { connectDatabase } from '@deskfleet/database';
import formbody from '@fastify/formbody';
import fastify from 'fastify';
import type pg from 'pg';
import { tokenAndAccessQuery } from '../services/token-service/src/adapters/postgres/access-queries.ts';

/**
 * What the authenticator is measured against: a form is read, the same is locked, selected and inserted in a transaction, XML
 * is answered. The token is its id in clear, nothing is decided, limited, counted or validated.
 */
interface Form {
  sessionId: string;
  authenticationToken: string;
  clientAddress: string;
}

const type = 'deskfleet.access.connection-authorized.v1';
const { pool, db } = connectDatabase({
  url: process.env.DATABASE_URL ?? '',
  applicationName: 'bare-authenticator',
  poolSize: Number(process.env.DATABASE_POOL_SIZE),
  onConnectionLost: () => {},
});
const select = tokenAndAccessQuery(db).compile().sql;
const app = fastify();
await app.register(formbody);

app.get('/readyz', async () => ({ ok: true }));
app.post<{ Body: Form }>('/authenticator', async (request, reply) => {
  const client = await pool.connect();
  try {
    const user = await authorize(client, request.body);
    return reply.type('text/xml').send(`<auth result="yes"><username>${user}</username></auth>`);
  } finally {
    client.release();
  }
});
await app.listen({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT) });

async function authorize(client: pg.PoolClient, form: Form): Promise<string> {
  const { sessionId, authenticationToken: tokenId, clientAddress } = form;
  await client.query('begin');
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`session:${sessionId}`]);
  const { rows } = await client.query<{ known_user: string; owner: string; private_ip: string }>({
    // Planned once for each connection, as ours is.
    name: 'token-and-access',
    text: select,
    values: [tokenId, sessionId],
  });
  const [row] = rows;
  if (!row) throw new Error(`There is no token ${tokenId}.`);
  const { known_user: user, owner, private_ip: hostAddress } = row;
  await client.query(
    `insert into "token_service"."dcv_connections"
       ("id", "session_id", "token_id", "user_name", "client_address", "host_address", "authorized_at")
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [newId(), sessionId, tokenId, user, clientAddress, hostAddress, new Date()],
  );
  const id = newId();
  const event = eventOf(id, { sessionId, owner, user, tokenId, clientAddress, hostAddress });
  await client.query(
    `insert into "token_service"."outbox" (id, subject, event)
     select * from unnest($1::uuid[], $2::text[], $3::text[])`,
    [[id], [subjectOf(type, sessionId)], [event]],
  );
  await client.query('commit');
  return user;
}

/** UUID v7 (RFC 9562), as ours are: random ones would make the indexes dearer. */
function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** As long as the real one: what is written is the same. */
function eventOf(id: string, data: object): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: '/deskfleet/token-service',
    type,
    subject: (data as { sessionId: string }).sessionId,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: 'http://localhost:8080/schemas/access.connection-authorized.v1.json',
    correlationid: id,
    data,
  });
}
