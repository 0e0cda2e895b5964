import type { CloudEvent } from '@deskfleet/contracts';
import { maySee, type Principal } from './principal.ts';

/** The states of a desktop, and no more: what its owner asks for and sets is not theirs to follow. */
const heardByGuests = new Set<string>(
  [
    'provisioning',
    'starting',
    'running',
    'stopping',
    'stopped',
    'resized',
    'terminating',
    'terminated',
    'failed',
  ].map((state) => `deskfleet.session.${state}.v1`),
);

/** A session that is shared with somebody, for a while (milliseconds since 1970). */
export interface SharedWhile {
  shareId: string;
  sessionId: string;
  from: number;
  expiresAt: number;
}

/**
 * What one listener may hear: owners everything of what is theirs, administrators everything, guests the states of what is
 * shared with them, as long as it is. Told every event, it knows by itself what has been shared and withdrawn since it
 * began, whatever their order.
 */
export class Hearing {
  readonly #principal: Principal;
  readonly #shares: Map<string, SharedWhile>;
  readonly #ended = new Set<string>();

  constructor(principal: Principal, shared: readonly SharedWhile[]) {
    this.#principal = principal;
    this.#shares = new Map(shared.map((share) => [share.shareId, share]));
  }

  mayHear({ type, time, data }: CloudEvent, now: number): boolean {
    const fields = fieldsOf(data);
    const at = Date.parse(time);
    const isOwnShare = this.#followShares(type, fields, at);
    // An event that names no owner (a forged token names no session) is for administrators.
    return (
      maySee(this.#principal, fields.owner) || isOwnShare || this.#mayHearAsGuest(type, fields, { at, now })
    );
  }

  #followShares(type: string, { user, shareId, sessionId, expiresAt }: Fields, from: number): boolean {
    const granted = type === 'deskfleet.access.share-granted.v1';
    if (!granted && type !== 'deskfleet.access.share-revoked.v1') return false;
    if (user !== this.#principal.name || shareId === null || sessionId === null) return false;
    if (!granted) {
      this.#ended.add(shareId);
      this.#shares.delete(shareId);
    } else if (!this.#ended.has(shareId) && !this.#shares.has(shareId)) {
      this.#shares.set(shareId, { shareId, sessionId, from, expiresAt: Date.parse(expiresAt ?? '') });
    }
    return true;
  }

  /** Who else connects, and whether the desktop is idle, is between its owner and administrators. */
  #mayHearAsGuest(type: string, { sessionId }: Fields, { at, now }: { at: number; now: number }): boolean {
    if (!heardByGuests.has(type)) return false;
    return [...this.#shares.values()].some(
      (share) => share.sessionId === sessionId && share.from <= at && share.expiresAt > now,
    );
  }

  /** Whether this event tells that the listener was disabled, at its time. */
  mayBeShutOutBy({ type, data }: CloudEvent): boolean {
    return type === 'deskfleet.access.user-disabled.v1' && fieldsOf(data).user === this.#principal.name;
  }
}

interface Fields {
  owner: string | null;
  user: string | null;
  sessionId: string | null;
  shareId: string | null;
  expiresAt: string | null;
}

function fieldsOf(data: unknown): Fields {
  const fields = new Map<string, unknown>(
    typeof data === 'object' && data !== null ? Object.entries(data) : [],
  );
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : null;
  };
  return {
    owner: text('owner'),
    user: text('user'),
    sessionId: text('sessionId'),
    shareId: text('shareId'),
    expiresAt: text('expiresAt'),
  };
}
