import type { Clock, Logger } from '@deskfleet/runtime';
import { decideSession } from '../domain/decide-session.ts';
import type { Tell } from '../domain/session-facts.ts';
import { minute, type SchedulerSettings } from '../domain/settings.ts';
import type { Leads } from './leads.ts';
import type { Decided, SchedulerMetrics, ScheduleStore } from './ports.ts';

export interface PassDeps {
  store: ScheduleStore;
  leads: Leads;
  clock: Clock;
  settings: SchedulerSettings;
  metrics: SchedulerMetrics;
  logger: Logger;
}

/** Sessions that are decided in one transaction: enough to be quick, few enough to hold its rows for a moment only. */
const batchSize = 500;

/** Tells the minute if it is a new one, and everything that is due. */
export async function runPass(deps: PassDeps): Promise<void> {
  const { store, clock } = deps;
  await deps.leads.refresh();
  await store.tick(startOfMinute(clock.now().toJSDate()));
  for (;;) {
    const now = clock.now().toJSDate();
    const decided = await store.decideDue(now, batchSize, ({ facts, memory, softwareStackId }) =>
      decideSession({ facts, memory, now, lead: deps.leads.of(softwareStackId), settings: deps.settings }),
    );
    const told = clock.now().toMillis();
    for (const one of decided) report(deps, one, told);
    if (decided.length < batchSize) return;
  }
}

function startOfMinute(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / minute) * minute);
}

function report({ metrics, logger }: PassDeps, { session, decision }: Decided, toldAt: number): void {
  for (const tell of decision.tells) {
    metrics.countTold(tell.what);
    const dueAt = 'dueAt' in tell ? tell.dueAt : null;
    if (dueAt !== null) metrics.observeLateness(Math.max(0, toldAt - dueAt.getTime()) / 1000);
    logger.info(
      { sessionId: session.facts.sessionId, owner: session.facts.owner, ...tell },
      sentences[tell.what],
    );
  }
}

const sentences: Record<Tell['what'], string> = {
  'start-due': 'the window of a session has opened',
  'stop-due': 'the window of a session has closed',
  'stop-warning': 'a session will be stopped as its window closes',
  'expiry-announced': 'a stopped session will be terminated',
  'stopped-too-long': 'a session has been stopped for too long',
};
