/**
 * Page cursors name the last item of the page before, so that pages stay stable while items are added at the top.
 * They are opaque to clients; `kind` keeps a cursor of one list from being used on another.
 */
export type CursorKind = 's' | 'h' | 'i' | 'k' | 'p' | 'j' | 'r' | 'u';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const shapes: Record<CursorKind, RegExp> = {
  s: uuid,
  k: uuid,
  p: uuid,
  j: uuid,
  r: uuid,
  i: uuid,
  // Microseconds since 1970 (16 digits until the year 2286), a letter for the table, and the key in it.
  h: /^\d{1,16}\.[adt]\.(\d{20}|[0-9a-f-]{36})$/,
  // A user name: no control characters, which Postgres or a log might not take.
  u: /^[^\p{C}]{1,255}$/u,
};

export function encodeCursor(kind: CursorKind, key: string): string {
  return Buffer.from(`${kind}:${key}`).toString('base64url');
}

/** The key in a cursor; null when it is none of ours. */
export function decodeCursor(kind: CursorKind, cursor: string): string | null {
  const text = Buffer.from(cursor, 'base64url').toString();
  const key = text.slice(2);
  const ours = text.startsWith(`${kind}:`) && shapes[kind].test(key) && encodeCursor(kind, key) === cursor;
  return ours ? key : null;
}
