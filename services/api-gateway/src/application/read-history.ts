import type {
  ConnectionAttempt,
  ConnectionLog,
  HistoryKind,
  SessionConnectionAttempt,
  SessionHistory,
  SessionTransition,
} from '@deskfleet/contracts';
import { decodeCursor, encodeCursor } from '../domain/cursor.ts';
import type { Principal } from '../domain/principal.ts';
import { done, invalidCursor, type Outcome, refused } from '../domain/refusal.ts';
import { managedBy, type SharedSession } from '../domain/session-access.ts';

/** One thing that happened, with the key of its place in the list. */
interface Entry<Item> {
  key: string;
  item: Item;
}

export interface HistoryPage {
  /** Key of the entry that this page comes after; null: from the newest. */
  before: string | null;
  limit: number;
}

export interface ConnectionFilter {
  sessionId: string | null;
  user: string | null;
  outcome: ConnectionAttempt['outcome'] | null;
}

/** Newest first. */
export interface HistoryReader {
  /** Of one session; null when there is no such session. */
  ofSession(
    sessionId: string,
    kinds: readonly HistoryKind[],
    page: HistoryPage,
  ): Promise<(SharedSession & { entries: Entry<SessionTransition | SessionConnectionAttempt>[] }) | null>;
  connections(filter: ConnectionFilter, page: HistoryPage): Promise<Entry<ConnectionAttempt>[]>;
}

interface PageRequest {
  cursor: string | null;
  limit: number;
}

/** What happened to a session: its steps, and who connected or tried to. */
export async function readHistory(
  history: HistoryReader,
  principal: Principal,
  { sessionId, kinds, cursor, limit }: PageRequest & { sessionId: string; kinds: readonly HistoryKind[] },
): Promise<Outcome<SessionHistory>> {
  const page = pageOf({ cursor, limit });
  if (!page) return refused(invalidCursor);
  const found = await history.ofSession(sessionId, kinds, page);
  const managed = managedBy(principal, found);
  return managed.ok ? done(answerOf(managed.value.entries, limit)) : managed;
}

/** Who connected to any desktop, or tried to: for administrators. */
export async function readConnectionLog(
  history: HistoryReader,
  { cursor, limit, ...filter }: PageRequest & ConnectionFilter,
): Promise<Outcome<ConnectionLog>> {
  const page = pageOf({ cursor, limit });
  if (!page) return refused(invalidCursor);
  return done(answerOf(await history.connections(filter, page), limit));
}

/** One entry more than is shown tells whether there is another page. Null for a cursor that is not ours. */
function pageOf({ cursor, limit }: PageRequest): HistoryPage | null {
  const before = cursor === null ? null : decodeCursor('h', cursor);
  return cursor !== null && before === null ? null : { before, limit: limit + 1 };
}

function answerOf<Item>(entries: Entry<Item>[], limit: number): { items: Item[]; nextCursor: string | null } {
  const shown = entries.slice(0, limit);
  return {
    items: shown.map(({ item }) => item),
    nextCursor: entries.length > limit ? encodeCursor('h', shown.at(-1)?.key ?? '') : null,
  };
}
