import type pg from 'pg';
import {
  newKey,
  type Records,
  type ServiceSettings,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

/** One owner, one guest and one running desktop with a token of each, all of them new for every case. */
export interface Good {
  owner: string;
  guest: string;
  shareId: string;
  sessionId: string;
  hostAddress: string;
  /** The owner's. */
  token: string;
  guestsToken: string;
}

/** Where a case of a refusal is played: everything about it is good until the case changes it. */
export interface Stage {
  records: Records;
  service: ServiceUnderTest;
  good: Good;
  /** Another service with the same key and limit, unless told. */
  start(change?: Partial<ServiceSettings>): Promise<ServiceUnderTest>;
  /** People with this in their names, and a desktop that they share. */
  newGood(mark: string): Promise<Good>;
  sql(text: string, ...values: unknown[]): Promise<pg.QueryResult>;
  /** As the gateway does. */
  disable(user: string): Promise<unknown>;
  enable(user: string): Promise<unknown>;
}

const key = newKey();
let count = 0;

export async function setStage(records: Records): Promise<Stage> {
  const start: Stage['start'] = (change) =>
    startService({
      databaseUrl: records.database.urlFor('token_service'),
      keys: [key],
      mostPerMinute: { authenticator: 5, resolver: 0 },
      ...change,
    });
  const service = await start();
  const sql: Stage['sql'] = (text, ...values) => records.owner.query(text, values);
  const newGood: Stage['newGood'] = (mark) => goodFixture(records, service, mark);
  return {
    records,
    service,
    good: await newGood(''),
    start,
    newGood,
    sql,
    disable: (user) =>
      sql(
        'update api_gateway.users set disabled_at = now(), access_epoch = access_epoch + 1 where name = $1',
        user,
      ),
    enable: (user) => sql('update api_gateway.users set disabled_at = null where name = $1', user),
  };
}

async function goodFixture(records: Records, service: ServiceUnderTest, mark: string): Promise<Good> {
  count += 1;
  const [owner, guest] = [`owner${mark}${count}`, `guest${mark}${count}`];
  const hostAddress = `127.0.13.${count}`;
  for (const name of [owner, guest]) await records.addUser(name);
  const sessionId = await records.addRunningSession({ owner, privateIp: hostAddress });
  const shareId = await records.addShare(sessionId, guest);
  const { token } = await service.tokenFor(sessionId, owner);
  const { token: guestsToken } = await service.tokenFor(sessionId, guest);
  return { owner, guest, shareId, sessionId, hostAddress, token, guestsToken };
}
