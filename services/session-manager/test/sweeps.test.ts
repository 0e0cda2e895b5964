import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@deskfleet/runtime';
import { eventually } from '@deskfleet/testkit';
import { expect, test } from 'vitest';
import type { Reconciler } from '../src/application/reconcile.ts';
import { ReconcileLoop, type Sweep } from '../src/application/reconcile-loop.ts';

function start(sweeps: Sweep[], { holds = true } = {}) {
  let passes = 0;
  const loop = new ReconcileLoop({
    reconciler: {
      pass: async () => {
        passes++;
        return { inMotion: true };
      },
      settled: async () => {},
    } as unknown as Reconciler,
    sweeps,
    lease: { hold: async () => holds, release: async () => {} },
    logger: createLogger({ service: 'sweeps', level: 'silent' }),
    monotonic: () => performance.now(),
    fastSeconds: 0.001,
    idleSeconds: 0.001,
    everythingSeconds: 0.001,
  });
  loop.start();
  return { loop, passes: () => passes };
}

test('passes do not wait for a sweep, and it does not overlap itself; the end waits for it', async () => {
  let started = 0;
  let finish = () => {};
  const slow: Sweep = {
    sweep: () => {
      started++;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
  };
  const { loop, passes } = start([slow]);
  await eventually(() => passes() > 3);
  expect(started).toBe(1);
  let stopped = false;
  const stopping = loop.stop().then(() => {
    stopped = true;
  });
  await sleep(100);
  expect(stopped).toBe(false);
  finish();
  await stopping;
});

test('a sweep that fails keeps neither itself nor the others from the next time', async () => {
  const counts = { failing: 0, other: 0 };
  const failing: Sweep = {
    sweep: async () => {
      counts.failing++;
      throw new Error('AWS is away');
    },
  };
  const other: Sweep = {
    sweep: async () => {
      counts.other++;
    },
  };
  const { loop } = start([failing, other]);
  await eventually(() => counts.failing > 1 && counts.other > 1);
  await loop.stop();
});

test('who does not hold the lease does not sweep', async () => {
  let swept = false;
  const sweep: Sweep = {
    sweep: async () => {
      swept = true;
    },
  };
  const { loop } = start([sweep], { holds: false });
  await sleep(150);
  await loop.stop();
  expect(swept).toBe(false);
});
