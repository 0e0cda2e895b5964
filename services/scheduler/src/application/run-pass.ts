import type { Clock, Logger } from '@deskfleet/runtime';
import { decideSession, type SessionDecision } from '../domain/decide-session.ts';
import type { Tell } from '../domain/session-facts.ts';
import { minute, plus, type SchedulerSettings } from '../domain/settings.ts';
import type { Leads } from './leads.ts';
import type { Decided, DueSession, SchedulerMetrics, ScheduleStore } from './ports.ts';

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

/** A first look at whether much is due, so that the others begin soon. */
const firstBatchSize = 100;
/** Batches at a time, so that neither Postgres nor this process waits for the other. */
const batchesAtOnce = 3;

/** Tells the minute if it is a new one, and everything that is due. */
export async function runPass(deps: PassDeps): Promise<void> {
  const { store, clock } = deps;
  await deps.leads.refresh();
  await store.tick(startOfMinute(clock.now().toJSDate()));
  let isMore = await tellBatch(deps, firstBatchSize);
  while (isMore) {
    const full = await Promise.all(Array.from({ length: batchesAtOnce }, () => tellBatch(deps, batchSize)));
    isMore = full.includes(true);
  }
}

/** Answers whether more may be due. */
async function tellBatch(deps: PassDeps, size: number): Promise<boolean> {
  const now = deps.clock.now().toJSDate();
  const decided = await deps.store.decideDue(now, size, (session) => decide(deps, session, now));
  const told = deps.clock.now().toMillis();
  for (const one of decided) report(deps, one, told);
  return decided.length === size;
}

/** One that cannot be decided (a zone that this runtime does not know any more) must not hold up all others. */
function decide(deps: PassDeps, session: DueSession, now: Date): SessionDecision {
  const { facts, memory, softwareStackId } = session;
  const { settings, leads, logger } = deps;
  try {
    return decideSession({ facts, memory, now, lead: leads.of(softwareStackId), settings });
  } catch (err) {
    logger.error(
      { err, sessionId: facts.sessionId },
      'the schedule of a session cannot be followed; trying later',
    );
    deps.metrics.countUndecided();
    return { tells: [], memory, expiresAt: null, lookAt: plus(now, settings.repeat) };
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
