import type { CloudEvent } from '@deskfleet/contracts';
import { maySee, type Principal } from './principal.ts';

/**
 * Whether somebody may be told of an event: owners of what is theirs, administrators of everything. An event that names
 * no owner (a connection refused with a token that names no session) is for administrators.
 */
export function mayHearEvent(principal: Principal, event: CloudEvent): boolean {
  return maySee(principal, ownerOf(event));
}

function ownerOf({ data }: CloudEvent): string | null {
  const owner = typeof data === 'object' && data !== null && 'owner' in data ? data.owner : null;
  return typeof owner === 'string' ? owner : null;
}
