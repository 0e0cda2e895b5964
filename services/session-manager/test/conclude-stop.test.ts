import { createLogger } from '@deskfleet/runtime';
import { expect, test } from 'vitest';
import { concludeStop } from '../src/application/conclude-stop.ts';
import type { StatusChange } from '../src/application/session-store.ts';
import type { PendingStop } from '../src/domain/session-status.ts';
import { at, runningFacts } from './example-facts.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const pending: PendingStop = {
  edgeAt: at('19:00:00'),
  validUntil: null,
  observedAt: at('19:00:10'),
  generation: 4,
};

/** What is committed when this host's answer comes and this stop is pending. */
async function concluded(nowPending: PendingStop | null): Promise<StatusChange | null> {
  let change: StatusChange | null = null;
  const status = { ...runningFacts.status, pendingStop: nowPending };
  const store = {
    changeAutomatically: async (
      ...[, , decide]: Parameters<Parameters<typeof concludeStop>[0]['store']['changeAutomatically']>
    ) => {
      change = decide({ ...runningFacts, status }, at('19:00:40'));
    },
  };
  const answer = { ready: true as const, bootId: 'boot-1', connections: 0 };
  await concludeStop({ store: store as never, logger }, status.sessionId, { askedFor: pending, answer });
  return change;
}

test('a host’s answer concludes the stop that it was asked for', async () => {
  expect(await concluded(pending)).toMatchObject({ set: { desired: 'stopped' } });
});

test('a stop that was decided again since waits for another answer: somebody may have connected in between', async () => {
  expect(await concluded({ ...pending, observedAt: at('19:00:30') })).toBeNull();
});

test('a stop that was given up since is not made', async () => {
  expect(await concluded(null)).toBeNull();
});
