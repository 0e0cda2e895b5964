import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPruning } from '../src/index.ts';
import { createFixture, type Fixture, schema } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await createFixture();
});

afterAll(() => fixture.close());

it('rows go when nothing can need them any more, and events that wait are counted', async () => {
  const [fresh, waiting] = [await fixture.append(), await fixture.append(), await fixture.append()];
  const { owner } = fixture;
  await owner.query(
    `update ${schema}.outbox set published_at = now() - interval '49 hours' where id not in ($1, $2)`,
    [fresh, waiting],
  );
  await owner.query(`update ${schema}.outbox set published_at = now() - interval '47 hours' where id = $1`, [
    fresh,
  ]);
  await owner.query(`update ${schema}.outbox set created_at = now() - interval '1 hour' where id = $1`, [
    waiting,
  ]);
  await owner.query(
    `insert into ${schema}.inbox (consumer, event_id, received_at)
     values ('old', $1, now() - interval '32 days'), ('young', $1, now() - interval '30 days 12 hours')`,
    [randomUUID()],
  );
  const pruning = startPruning({ ...fixture, schema, streamMaxAgeDays: 30 });
  expect(await pruning.prune()).toEqual({ outbox: 1, inbox: 1 });
  const left = await owner.query(`select id from ${schema}.outbox order by seq`);
  expect(left.rows.map(({ id }) => id)).toEqual([fresh, waiting]);
  expect((await owner.query(`select consumer from ${schema}.inbox`)).rows).toEqual([{ consumer: 'young' }]);

  const metrics = await fixture.metrics.metrics();
  expect(metrics).toMatch(/^deskfleet_outbox_pending 1$/m);
  expect(Number(/^deskfleet_outbox_oldest_seconds (.*)$/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(3_600);
  await pruning.stop();
});
