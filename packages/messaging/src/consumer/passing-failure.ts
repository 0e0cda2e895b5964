import { isInfrastructureFailure } from '@deskfleet/runtime';

// serialization_failure, deadlock_detected, lock_not_available (PostgreSQL, Appendix A)
const lostRaces = new Set(['40001', '40P01', '55P03']);

/**
 * Whether a failure says nothing about the message: Postgres is away, or another transaction was in the way. A query
 * that is too slow counts as the handler's fault, or it would be tried for ever.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (lostRaces.has(String((error as { code?: unknown }).code))) return true;
  return isInfrastructureFailure(error) && !error.message.startsWith('Query read timeout');
}
