import type { DatabaseTransaction } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import type { ChangeAutomatically } from '../../application/session-store.ts';
import { decideIntent } from '../../domain/decide-intent.ts';
import type { LifecycleSettings } from '../../domain/settings.ts';
import { applyIntents } from './apply-intents.ts';
import { factsOf, selectFacts } from './automatic-facts.ts';
import { lockBriefly } from './lock-briefly.ts';
import { writeChange } from './write-change.ts';

export interface ChangingAutomatically {
  events: EventWriter;
  settings: LifecycleSettings;
  now: () => Date;
}

/** Changes that nobody asked for, in this transaction: each under its session's lock, after the session's intents. */
export function changeAutomaticallyIn(
  trx: DatabaseTransaction,
  { events, settings, now }: ChangingAutomatically,
): ChangeAutomatically {
  return async (sessionId, decide) => {
    await lockBriefly(trx, sessionId);
    let row = await selectFacts(trx, sessionId);
    if (!row || (row.latest?.seq ?? 0) > row.applied_seq) {
      await applyIntents({ trx, events, settings, now: now() }, sessionId, decideIntent);
      row = await selectFacts(trx, sessionId);
    }
    if (!row) return;
    const at = now();
    const facts = factsOf(row);
    const change = decide(facts, at);
    if (!change) return;
    // No request led to it.
    await writeChange({ trx, events, settings, now: at, correlationId: null }, facts.status, change);
  };
}
