import type { TypedEvent } from '@deskfleet/messaging';
import type { Candidate } from '../../application/ports.ts';
import type { CheckOutcome, Tell } from '../../domain/check-outcome.ts';

/** What is told of a session, as the event that tells it. */
export function eventOf(candidate: Candidate, outcome: CheckOutcome, tell: Tell, now: Date): TypedEvent {
  const { sessionId, owner, generation } = candidate.session;
  // Before the host looked: who connected since is not known by what it said.
  const observedAt = (candidate.host?.askedAt ?? now).toISOString();
  const about = { sessionId, owner, generation, observedAt, sentence: outcome.sentence };
  switch (tell.what) {
    case 'warning': {
      const times = { idleSince: tell.idleSince.toISOString(), stopsAt: tell.stopsAt.toISOString() };
      const data = { ...about, ...times, measurements: measurementsOf(candidate) };
      return { type: 'deskfleet.idle.warning.v1', subject: sessionId, data };
    }
    case 'detected': {
      const idleSince = tell.idleSince.toISOString();
      const data = { ...about, idleSince, measurements: measurementsOf(candidate) };
      return { type: 'deskfleet.idle.detected.v1', subject: sessionId, data };
    }
    case 'activity-observed':
      return {
        type: 'deskfleet.idle.activity-observed.v1',
        subject: sessionId,
        data: { ...about, reason: outcome.reason },
      };
    default:
      return tell satisfies never;
  }
}

function measurementsOf({ cpu, host }: Candidate) {
  const report = host?.reading.kind === 'report' ? host.reading : null;
  return {
    cpuPercent: cpu?.kind === 'percent' ? cpu.percent : null,
    gpuPercent: report?.gpu.kind === 'percent' ? report.gpu.percent : null,
    connections: report?.connections ?? null,
  };
}
