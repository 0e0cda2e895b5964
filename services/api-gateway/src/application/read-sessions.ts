import type { OperatingSystem, Quota, Session, SessionList, SessionState } from '@deskfleet/contracts';
import type { Quotas } from '../domain/admission.ts';
import { decodeCursor, encodeCursor } from '../domain/cursor.ts';
import { type DeploymentPolicy, describeSession } from '../domain/describe-session.ts';
import type { Principal } from '../domain/principal.ts';
import { done, invalidCursor, type Outcome, refused, sessionNotFound } from '../domain/refusal.ts';
import { accessOf } from '../domain/session-access.ts';
import { versionOf } from '../domain/session-record.ts';
import type { Now, SessionReader } from './ports.ts';

/** A session with what names the version of what is wanted of it. */
export interface VersionedSession {
  session: Session;
  version: string;
}

export interface ReadSessionsDeps {
  sessions: SessionReader;
  policy: DeploymentPolicy;
  now: Now;
}

export async function getSession(
  { sessions, policy, now }: ReadSessionsDeps,
  principal: Principal,
  id: string,
): Promise<Outcome<VersionedSession>> {
  const record = await sessions.findSession(id);
  if (!record || accessOf(principal, record) === 'none') return refused(sessionNotFound);
  const viewing = { viewer: principal, policy, now: now().toJSDate() };
  return done({ session: describeSession(record, viewing), version: versionOf(record) });
}

export interface ListFilter {
  states: SessionState[] | null;
  os: OperatingSystem | null;
  owner: string | null;
  project: string | null;
  search: string | null;
  cursor: string | null;
  limit: number;
}

/** The caller's sessions and those shared with them, or everybody's for an administrator; newest first. */
export async function listSessions(
  { sessions, policy, now }: ReadSessionsDeps,
  principal: Principal,
  { owner, cursor, limit, ...filter }: ListFilter,
): Promise<Outcome<SessionList>> {
  const before = cursor === null ? null : decodeCursor('s', cursor);
  if (cursor !== null && before === null) return refused(invalidCursor);
  const visibleTo = principal.administrator ? null : principal.name;
  const records = await sessions.listSessions({ ...filter, owner, visibleTo, before, limit: limit + 1 });
  const page = records.slice(0, limit);
  const viewing = { viewer: principal, policy, now: now().toJSDate() };
  return done({
    items: page.map((record) => describeSession(record, viewing)),
    nextCursor: records.length > limit ? encodeCursor('s', page.at(-1)?.id ?? '') : null,
  });
}

export async function readQuota(
  sessions: SessionReader,
  quotas: Quotas,
  principal: Principal,
): Promise<Quota> {
  const used = await sessions.countLiveSessions(principal.name);
  return {
    linux: { used: used.linux, limit: quotas.linux },
    windows: { used: used.windows, limit: quotas.windows },
  };
}
