import { eventCatalogue } from '@deskfleet/contracts';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refusalCases } from './refusal-cases.ts';
import { type Stage, setStage } from './refusal-stage.ts';
import { createRecords, type Records } from './token-service-under-test.ts';

const words =
  '<auth result="no"><message>The connection was refused. Get a new one from the portal.</message></auth>';
const xml = 'text/xml; charset=utf-8';

let records: Records;
let stage: Stage;

beforeAll(async () => {
  records = await createRecords();
});
afterAll(() => records.drop());

beforeEach(async () => {
  stage = await setStage(records);
  return () => stage.service.close();
});

describe.each(Object.entries(refusalCases))('%s', (reason, table) => {
  test.each(table)('$why', async (one) => {
    const denialsBefore = await denials();
    await one.arrange?.(stage);
    const { good, service } = stage;
    const { token, hostAddress, sessionId } = good;
    const fields = {
      sessionId,
      authenticationToken: token,
      clientAddress: '203.0.113.9',
      ...one.fields?.(good),
    };
    for (let turn = 1; turn < (one.times ?? 1); turn++) await service.ask(fields, hostAddress);
    const answer = await service.ask(fields, one.from ?? hostAddress);
    expect(answer).toEqual({ status: one.status ?? 401, type: xml, xml: words });
    expect(await outcomes()).toContain(`outcome="${reason}",service="token-service"} 1`);
    if (one.unrecorded) return;
    const known = one.nothingKnown ? null : { session_id: sessionId };
    const recorded = (await denials()).slice(denialsBefore.length);
    expect(recorded).toMatchObject([
      {
        reason,
        host_address: one.from ?? hostAddress,
        session_id: null,
        denied_at: service.clock.now().toJSDate(),
        ...known,
      },
    ]);
    const events = await records.eventsAbout(one.nothingKnown ? 'unknown' : sessionId);
    const event = events.at(-1);
    expect(event).toMatchObject({
      type: 'deskfleet.access.connection-denied.v1',
      data: { reason, hostAddress: one.from ?? hostAddress },
    });
    expect(Value.Errors(eventCatalogue['deskfleet.access.connection-denied.v1'], event?.data)).toEqual([]);
    expect(service.logLines.filter(({ level }) => level === 'warn')).toMatchObject([{ reason }]);
  });
});

test('the good fixture of all these connects, as owner and as guest', async () => {
  const { service, sql, good } = stage;
  const { sessionId, token, guestsToken, hostAddress, owner, guest } = good;
  const says = (name: string) => ({ xml: `<auth result="yes"><username>${name}</username></auth>` });
  expect(await service.ask({ sessionId, authenticationToken: token }, hostAddress)).toMatchObject(
    says(owner),
  );
  const answer = await service.ask({ sessionId, authenticationToken: guestsToken }, hostAddress);
  expect(answer).toMatchObject(says(guest));
  const { rows } = await sql(
    'select user_name from token_service.dcv_connections where session_id = $1 order by authorized_at, id',
    sessionId,
  );
  expect(rows.map(({ user_name }) => user_name)).toEqual([owner, guest]);
  expect((await records.eventsAbout(sessionId)).at(-1)?.data).toMatchObject({ owner, user: guest });
});

test('guests of a desktop whose owner was disabled still connect: their shares count', async () => {
  const { service, good } = stage;
  const { sessionId, guestsToken, hostAddress, owner } = good;
  await stage.disable(owner);
  const answer = await service.ask({ sessionId, authenticationToken: guestsToken }, hostAddress);
  expect(answer.status).toBe(200);
});

interface DenialRow {
  reason: string;
  session_id: string | null;
}

async function denials(): Promise<DenialRow[]> {
  const { rows } = await records.owner.query<DenialRow>(
    'select * from token_service.denied_connections order by id',
  );
  return rows;
}

function outcomes(): Promise<string> {
  return stage.service.registry.getSingleMetricAsString('deskfleet_connection_decisions_total');
}
