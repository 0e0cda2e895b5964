import { unknownChecksToAlert } from '@deskfleet/contracts';
import type { Clock, Logger } from '@deskfleet/runtime';
import type { IdleSettings } from '../domain/idle-policy.ts';
import { type Judgement, judgeSession } from './judge-session.ts';
import type { Candidate, CpuMetrics, HostBatch, Hosts, IdleMetrics, IdleStore, Judged } from './ports.ts';

export interface SweepDeps {
  store: IdleStore;
  cpu: CpuMetrics;
  hosts: Hosts;
  settings: IdleSettings;
  clock: Clock;
  metrics: IdleMetrics;
  logger: Logger;
}

/** Rows that are written in one transaction. */
const recordSize = 1_000;

/**
 * Looks at all sessions that are due: by the database, then those that it leaves open by CloudWatch, then those that this
 * leaves open by their hosts. Each stage is recorded as soon as it is known; what a crash leaves undone is due still.
 */
export async function sweep(deps: SweepDeps): Promise<{ checked: number }> {
  const { store, clock } = deps;
  const candidates = await store.due(clock.now().toJSDate());
  if (candidates.length === 0) return { checked: 0 };
  const forCpu = await settle(deps, candidates);
  const forHosts = await settle(deps, await withCpu(deps, forCpu));
  await askHosts(deps, forHosts);
  return { checked: candidates.length };
}

/** Records what can be judged, and answers the others. */
async function settle(deps: SweepDeps, candidates: Candidate[]): Promise<Candidate[]> {
  const open: Candidate[] = [];
  const settled: Judged[] = [];
  for (const candidate of candidates) {
    const judgement = judge(deps, candidate);
    if (judgement === null) settled.push({ candidate, outcome: null });
    else if ('ask' in judgement) open.push(candidate);
    else settled.push({ candidate, outcome: judgement.settled });
  }
  await record(deps, settled);
  return open;
}

async function withCpu({ cpu }: SweepDeps, candidates: Candidate[]): Promise<Candidate[]> {
  const toAsk = candidates.filter(({ session }) => !session.policy.ignoredSignals?.includes('cpu'));
  if (toAsk.length === 0) return candidates;
  const readings = await cpu.cpuOf(toAsk.map(({ session }) => session.instanceId));
  return candidates.map((candidate) => ({
    ...candidate,
    cpu: readings.get(candidate.session.instanceId) ?? { kind: 'unavailable' },
  }));
}

async function askHosts(deps: SweepDeps, candidates: Candidate[]): Promise<void> {
  if (candidates.length === 0) return;
  const byInstance = new Map(candidates.map((candidate) => [candidate.session.instanceId, candidate]));
  const asked = candidates.map(({ session, memory }) => ({
    instanceId: session.instanceId,
    os: session.os,
    wasSilent: memory.hostSilent,
  }));
  await deps.hosts.observe(asked, async ({ askedAt, readings }: HostBatch) => {
    const answered = [...readings].flatMap(([instanceId, reading]) => {
      const candidate = byInstance.get(instanceId);
      return candidate ? [{ ...candidate, host: { askedAt, reading } }] : [];
    });
    await settle(deps, answered);
  });
}

async function record(deps: SweepDeps, judged: Judged[]): Promise<void> {
  for (let index = 0; index < judged.length; index += recordSize) {
    const part = judged.slice(index, index + recordSize);
    const recorded = await deps.store.record(part, (one) => rejudge(deps, one), deps.clock.now().toJSDate());
    for (const one of recorded) report(deps, one);
  }
}

/** What is to be asked again now is left for the next sweep. */
function rejudge(deps: SweepDeps, candidate: Candidate) {
  const judgement = judge(deps, candidate);
  return judgement !== null && 'settled' in judgement ? judgement.settled : null;
}

/** One that cannot be judged (a zone that this runtime does not know any more) must not hold up all others. */
function judge({ settings, clock, logger }: SweepDeps, candidate: Candidate): Judgement | null {
  try {
    return judgeSession(candidate, settings, clock.now().toJSDate());
  } catch (err) {
    const { sessionId } = candidate.session;
    logger.error({ err, sessionId }, 'whether a session is idle cannot be judged; trying later');
    return null;
  }
}

function report({ metrics, logger }: SweepDeps, { candidate, outcome }: Judged): void {
  if (outcome === null) return;
  metrics.countCheck(outcome);
  const { sessionId, owner } = candidate.session;
  const { reason, sentence, tell, memory } = outcome;
  if (tell) logger.info({ sessionId, owner, told: tell.what, reason }, sentence);
  if (memory.unknownChecks === unknownChecksToAlert) {
    logger.warn({ sessionId, owner, reason }, `nobody knows whether a desktop is used: ${sentence}`);
  }
}
