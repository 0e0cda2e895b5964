import { Counter, Histogram, type Registry } from 'prom-client';

/** How often connections are decided on which way, and how long a DCV server waits for it. */
export interface DecisionMetrics {
  /** `authorized`, or the reason of a refusal. */
  count(outcome: string): void;
  startTimer(): () => void;
  /** A denial for which neither log line nor event was written. */
  countUnrecorded(): void;
  countIssued(outcome: string): void;
  /** `resolved`, or the reason of a refusal. */
  countResolution(outcome: string): void;
}

export function createDecisionMetrics(registry: Registry): DecisionMetrics {
  const registers = [registry];
  const decisions = new Counter({
    name: 'deskfleet_connection_decisions_total',
    help: 'Questions of DCV servers by outcome: authorized, or the reason of the refusal.',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'deskfleet_connection_decision_seconds',
    help: 'From a well-formed question of a DCV server to its answer.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const unrecorded = new Counter({
    name: 'deskfleet_connection_denials_unrecorded_total',
    help: 'Refusals without log line and event: too many of one address, too many in all, or the database away.',
    registers,
  });
  const issued = new Counter({
    name: 'deskfleet_token_requests_total',
    help: 'Requests for a token by outcome: issued, or the problem code of the refusal.',
    labelNames: ['outcome'],
    registers,
  });
  const resolutions = new Counter({
    name: 'deskfleet_session_resolutions_total',
    help: 'Questions of DCV Connection Gateways by outcome: resolved, or the reason of the refusal.',
    labelNames: ['outcome'],
    registers,
  });
  return {
    count: (outcome) => decisions.inc({ outcome }),
    startTimer: () => seconds.startTimer(),
    countUnrecorded: () => unrecorded.inc(),
    countIssued: (outcome) => issued.inc({ outcome }),
    countResolution: (outcome) => resolutions.inc({ outcome }),
  };
}
