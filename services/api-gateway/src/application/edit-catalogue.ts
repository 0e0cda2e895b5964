import {
  type CatalogueEdit,
  type CatalogueEntry,
  type CatalogueFields,
  type CatalogueKind,
  editedMeanwhile,
  entryNotFound,
  kindTexts,
  nameTaken,
  whyInUse,
} from '../domain/catalogue-kinds.ts';
import { decodeCursor, encodeCursor } from '../domain/cursor.ts';
import { done, invalidCursor, type Outcome, refused } from '../domain/refusal.ts';
import type { CatalogueStep, CatalogueStore } from './catalogue-store.ts';
import type { AuditEntry, NewId, Now, Request } from './ports.ts';

export interface EditDeps {
  catalogue: CatalogueStore;
  now: Now;
  newId: NewId;
}

/** The versions that the caller has seen (If-Match); null: whatever it is now. */
export type SeenVersions = string[] | null;

export interface ChangeRequest<Changes> extends Request {
  id: string;
  seen: SeenVersions;
  changes: Changes;
}

/** What one kind asks of an edit, beyond a free name. Returns the fields as they will be kept. */
export interface EntryRules<K extends CatalogueKind> {
  kind: K;
  judge(step: CatalogueStep, edit: CatalogueEdit<CatalogueFields[K]>): Promise<Outcome<CatalogueFields[K]>>;
}

type Entry<K extends CatalogueKind> = CatalogueEntry<CatalogueFields[K]>;
type Fields<K extends CatalogueKind> = CatalogueFields[K];

/** A page of one kind, newest first. */
export async function listEntries<K extends CatalogueKind>(
  { catalogue }: EditDeps,
  kind: K,
  { cursor, limit }: { cursor: string | null; limit: number },
): Promise<Outcome<{ entries: Entry<K>[]; nextCursor: string | null }>> {
  const mark = kindTexts[kind].cursor;
  const before = cursor === null ? null : decodeCursor(mark, cursor);
  if (cursor !== null && before === null) return refused(invalidCursor);
  const found: Entry<K>[] = await catalogue.tables[kind].list({ before, limit: limit + 1 });
  const entries = found.slice(0, limit);
  const more = found.length > limit;
  return done({ entries, nextCursor: more ? encodeCursor(mark, entries.at(-1)?.id ?? '') : null });
}

export async function findEntry<K extends CatalogueKind>(
  { catalogue }: EditDeps,
  kind: K,
  id: string,
): Promise<Outcome<Entry<K>>> {
  const entry: Entry<K> | null = await catalogue.tables[kind].find(id);
  return entry ? done(entry) : refused(entryNotFound(kind));
}

/** Keeps a new entry; it and the audit entry are one transaction. */
export function createEntry<K extends CatalogueKind>(
  deps: EditDeps,
  { kind, judge }: EntryRules<K>,
  request: Request & { fields: Fields<K> },
): Promise<Outcome<Entry<K>>> {
  return deps.catalogue.edit(async (step) => {
    const table = step.tables[kind];
    const verdict = await judge(step, { before: null, after: request.fields });
    if (!verdict.ok) return verdict;
    const { name } = verdict.value;
    if (await table.isNameTaken(name, null)) return refused(nameTaken(kind, name));
    const id = deps.newId();
    await table.insert(id, verdict.value);
    await step.audit(
      auditEntry(deps, request, { action: `${kind}.create`, detail: { id, ...verdict.value } }),
    );
    return found(await table.find(id), kind);
  });
}

/**
 * Changes an entry. A change that changes nothing is none. Whoever names the version they have seen is refused when it
 * is not the present one: of two at once, one has to read again.
 */
export function updateEntry<K extends CatalogueKind>(
  deps: EditDeps,
  { kind, judge }: EntryRules<K>,
  request: ChangeRequest<Partial<Fields<K>>>,
): Promise<Outcome<Entry<K>>> {
  return deps.catalogue.edit(async (step) => {
    const table = step.tables[kind];
    const entry: Entry<K> | null = await table.find(request.id);
    if (!entry) return refused(entryNotFound(kind));
    const before = entry.fields;
    if (!isSeen(entry, request.seen)) return refused(editedMeanwhile(kind, before.name));
    const verdict = await judge(step, { before, after: { ...before, ...request.changes } });
    if (!verdict.ok) return verdict;
    const after = verdict.value;
    const changes = changesBetween(before, after);
    if (Object.keys(changes).length === 0) return done(entry);
    if (await table.isNameTaken(after.name, request.id)) return refused(nameTaken(kind, after.name));
    await table.update(request.id, after);
    const detail = { id: request.id, name: after.name, changes };
    await step.audit(auditEntry(deps, request, { action: `${kind}.update`, detail }));
    return found(await table.find(request.id), kind);
  });
}

/** Deletes an entry that nothing refers to. */
export function removeEntry<K extends CatalogueKind>(
  deps: EditDeps,
  kind: K,
  request: Request & { id: string; seen: SeenVersions },
): Promise<Outcome<null>> {
  const { id, seen } = request;
  return deps.catalogue.edit(async (step) => {
    const table = step.tables[kind];
    const entry: Entry<K> | null = await table.find(id);
    if (!entry) return refused(entryNotFound(kind));
    const { name } = entry.fields;
    if (!isSeen(entry, seen)) return refused(editedMeanwhile(kind, name));
    const refusal = whyInUse(kind, name, await table.findUses(id));
    if (refusal) return refused(refusal);
    await table.remove(id);
    await step.audit(
      auditEntry(deps, request, { action: `${kind}.delete`, detail: { id, ...entry.fields } }),
    );
    return done(null);
  });
}

function isSeen({ version }: { version: string }, seen: SeenVersions): boolean {
  return seen === null || seen.includes(version);
}

function found<Found>(entry: Found | null, kind: CatalogueKind): Outcome<Found> {
  if (!entry) throw new Error(`The ${kindTexts[kind].word} that was just written is not there.`);
  return done(entry);
}

function changesBetween<Kept extends object>(before: Kept, after: Kept): Record<string, unknown> {
  const old = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(([field, to]) => !isSame(old.get(field), to));
  return Object.fromEntries(changed.map(([field, to]) => [field, { from: old.get(field), to }]));
}

/** Of JSON values; Postgres keeps the fields of an object in an order of its own. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [new Map<string, unknown>(Object.entries(a)), Object.entries(b)];
  return left.size === right.length && right.every(([field, value]) => isSame(left.get(field), value));
}

function auditEntry(
  { now, newId }: EditDeps,
  { principal, requestId, sourceAddress }: Request,
  { action, detail }: Pick<AuditEntry, 'action' | 'detail'>,
): AuditEntry {
  return {
    id: newId(),
    at: now().toJSDate(),
    actor: `admin:${principal.name}`,
    action,
    sessionId: null,
    sourceAddress,
    detail: { requestId, ...detail },
  };
}
