import type { Database, ServiceSchema } from '@deskfleet/database';
import type { Logger } from '@deskfleet/runtime';
import { type Kysely, sql } from 'kysely';
import type { Registry } from 'prom-client';
import { addGauge, messagingMetrics } from './messaging-metrics.ts';
import { keepPublishedHours } from './relay/outbox-store.ts';
import { createTroubleLog } from './trouble-log.ts';

export interface PruningOptions {
  db: Kysely<Database>;
  schema: ServiceSchema;
  /** `bus.maxAgeDays`: inbox rows outlive the events that they guard against. */
  streamMaxAgeDays: number;
  /** Minutes between two runs; 10 unless told. */
  intervalMinutes?: number;
  logger: Logger;
  metrics: Registry;
}

export interface Pruning {
  /** Deletes what is old now. Returns how many rows. */
  prune(): Promise<{ outbox: number; inbox: number }>;
  stop(): Promise<void>;
}

/** Small enough to hold no lock for long. */
const rowsAtOnce = 5_000;

/** Deletes old rows of the outbox and the inbox now and then, and shows their growth as metrics. */
export function startPruning(options: PruningOptions): Pruning {
  const { db, schema, streamMaxAgeDays, intervalMinutes = 10, logger, metrics } = options;
  const { pruned } = messagingMetrics(metrics);
  const trouble = createTroubleLog(logger);
  let running: Promise<unknown> = Promise.resolve();
  addGrowthGauges(db, schema, metrics);

  async function prune() {
    const outbox = await deleteOld(db, {
      table: `${schema}.outbox`,
      key: sql`id`,
      old: sql`published_at < now() - ${sql.lit(`${keepPublishedHours} hours`)}::interval`,
    });
    const inbox = await deleteOld(db, {
      table: `${schema}.inbox`,
      key: sql`consumer, event_id`,
      old: sql`received_at < now() - ${sql.lit(`${streamMaxAgeDays + 1} days`)}::interval`,
    });
    pruned.inc({ table: `${schema}.outbox` }, outbox);
    pruned.inc({ table: `${schema}.inbox` }, inbox);
    return { outbox, inbox };
  }

  const timer = setInterval(() => {
    running = prune().then(
      () => trouble.over('Old messages are deleted again.'),
      (error: unknown) => trouble.begin('Old messages could not be deleted; trying again later.', error),
    );
  }, intervalMinutes * 60_000);
  timer.unref();
  return {
    prune,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

interface OldRows {
  table: string;
  key: ReturnType<typeof sql>;
  old: ReturnType<typeof sql>;
}

async function deleteOld(db: Kysely<Database>, { table, key, old }: OldRows): Promise<number> {
  let deleted = 0;
  for (;;) {
    const result = await sql`delete from ${sql.table(table)} where (${key}) in (
      select ${key} from ${sql.table(table)} where ${old} limit ${sql.lit(rowsAtOnce)} for update skip locked
    )`.execute(db);
    const count = Number(result.numAffectedRows ?? 0);
    deleted += count;
    if (count < rowsAtOnce) return deleted;
  }
}

function addGrowthGauges(db: Kysely<Database>, schema: ServiceSchema, metrics: Registry): void {
  const outbox = sql.table(`${schema}.outbox`);
  const read = (expression: ReturnType<typeof sql>) => async () => {
    const result = await sql<{ value: number | null }>`select ${expression}`.execute(db);
    return Number(result.rows[0]?.value ?? 0);
  };
  addGauge(
    metrics,
    'deskfleet_outbox_pending',
    'Events that wait to be published.',
    read(sql`(select count(*) from ${outbox} where published_at is null) as value`),
  );
  addGauge(
    metrics,
    'deskfleet_outbox_oldest_seconds',
    'Age of the oldest event that waits to be published.',
    read(sql`(select extract(epoch from now() - created_at) from ${outbox}
      where published_at is null order by seq limit 1) as value`),
  );
  // The planner's estimate: counting millions of rows at each scrape would cost more than it tells.
  addGauge(
    metrics,
    'deskfleet_inbox_rows',
    'Rows of the inbox, about.',
    read(
      sql`(select greatest(reltuples, 0) from pg_class where oid = ${`${schema}.inbox`}::regclass) as value`,
    ),
  );
}
