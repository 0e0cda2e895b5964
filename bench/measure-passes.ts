import { connectDatabase } from '@deskfleet/database';
import { createEventWriter } from '@deskfleet/messaging';
import { createDatabaseClock, createLogger, createMetrics, monotonicMilliseconds } from '@deskfleet/runtime';
import { buildApp } from '../services/scheduler/src/app.ts';
import { loadSchedulerConfig, settingsOf } from '../services/scheduler/src/config.ts';
import { type Measurement, median, quantile } from './measurement.ts';

const passes = 300;

/** A replica of the scheduler that looks when nothing is due. */
export async function measurePasses(databaseUrl: string): Promise<Measurement[]> {
  const database = connectDatabase({
    url: databaseUrl,
    applicationName: 'bench',
    onConnectionLost: () => {},
  });
  const clock = createDatabaseClock(database.now);
  await clock.sample();
  const env = { DATABASE_URL: databaseUrl, NATS_URL: 'nats://unused', PUBLIC_URL: 'http://localhost:8080' };
  const loop = buildApp({
    db: database.db,
    events: createEventWriter({
      schema: 'scheduler',
      source: '/deskfleet/scheduler',
      publicUrl: env.PUBLIC_URL,
      clock,
    }),
    clock,
    monotonic: monotonicMilliseconds,
    settings: settingsOf(loadSchedulerConfig(env).config),
    lead: 0,
    metrics: createMetrics({ service: 'scheduler' }),
    logger: createLogger({ service: 'bench', level: 'warn' }),
  });
  try {
    // The first pass compares everything, as each start does.
    const began = performance.now();
    await loop.pass();
    const first = performance.now() - began;
    const own: number[] = [];
    const bare: number[] = [];
    for (let n = 0; n < passes; n++) {
      own.push(await timed(() => loop.pass()));
      bare.push(await timed(() => database.now()));
    }
    const reference = median(bare);
    return [
      {
        name: 'pass with nothing due, median',
        measured: median(own),
        unit: 'ms',
        reference,
        target: '≤ 5 ms',
        met: median(own) <= 5,
      },
      {
        name: 'pass with nothing due, p99',
        measured: quantile(own, 0.99),
        unit: 'ms',
        reference,
        target: '–',
        met: true,
      },
      {
        name: 'comparison with all sessions',
        measured: first,
        unit: 'ms',
        reference: null,
        target: '≤ 5000 ms',
        met: first <= 5_000,
      },
    ];
  } finally {
    clock.stop();
    await database.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
