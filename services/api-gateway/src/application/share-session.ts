import {
  type CreateShareBody,
  dcvUserName,
  type HostNaming,
  isPermissionActor,
  isSameAccount,
  type PermissionSet,
  type Share,
  type ShareList,
} from '@deskfleet/contracts';
import { judgeShare, mostShares, tooManyShares } from '../domain/judge-share.ts';
import { causeOf } from '../domain/principal.ts';
import { done, type Outcome, type Refusal, refusalOfFaults, refused } from '../domain/refusal.ts';
import { managedBy } from '../domain/session-access.ts';
import { isEnding, type SessionRecord } from '../domain/session-record.ts';
import { whyEnding } from '../domain/why-ending.ts';
import { answerAgain } from './answer-again.ts';
import { findPermissionSet, listPermissionSets, type PermissionSetReader } from './permission-sets.ts';
import type { Announcement, IdempotencyKey, NewId, Now, Request, StoredAnswer } from './ports.ts';
import type { ShareRecord, ShareStep, ShareStore } from './share-store.ts';

export interface SharingDeps {
  shares: ShareStore;
  permissionSets: PermissionSetReader;
  /** What users are called on hosts. */
  hostNaming: Omit<HostNaming, 'os'>;
  /** A share has been granted that may run out before any other. */
  onGranted: () => void;
  now: Now;
  newId: NewId;
}

type SharingRequest = Request & { sessionId: string };

export interface GrantRequest extends SharingRequest {
  body: CreateShareBody;
  idempotency: IdempotencyKey | null;
}

export const shareNotFound: Refusal = {
  code: 'not-found',
  detail: 'There is no such share. GET /v1/sessions/ID/shares lists those that count.',
};

/**
 * Lets a guest connect to a session until an instant. The share, its event, the audit entry and the kept answer are one
 * transaction. A share that the guest has already is replaced, and its tokens are void.
 */
export async function shareSession(deps: SharingDeps, request: GrantRequest): Promise<Outcome<StoredAnswer>> {
  const { principal, sessionId, body, idempotency } = request;
  const permissionSet = await findPermissionSet(deps.permissionSets, body.permissions);
  const { items } = permissionSet ? { items: [] } : await listPermissionSets(deps.permissionSets);
  const permissionSetNames = items.map(({ name }) => name);
  const about = { sessionId, principal: principal.name, key: idempotency?.key ?? null };
  const outcome = await deps.shares.withSession(about, async (step): Promise<Outcome<StoredAnswer>> => {
    const { previous } = step;
    if (previous) return answerAgain(previous, idempotency);
    const managed = managedBy(principal, step.session);
    if (!managed.ok) return managed;
    const session = managed.value;
    if (isEnding(session)) return refused(whyEnding(session));
    const now = deps.now().toJSDate();
    const facts = { owner: session.owner, caller: principal, permissionSet, permissionSetNames, now };
    const guest = await step.findUser(body.user);
    const nameable = isNameable(deps, session, body.user);
    const faults = judgeShare(body, { ...facts, guest, nameable });
    if (faults.length > 0 || !permissionSet) return refused(refusalOfFaults(faults));
    const others = session.guests.filter(({ user }) => user !== body.user);
    if (others.length >= mostShares) return refused(tooManyShares());
    const share = await grant(deps, step, { request, session, permissionSet, now });
    const answer = { status: 201, location: null, body: JSON.stringify(share) };
    if (idempotency) await step.keepAnswer({ ...answer, ...idempotency });
    return done(answer);
  });
  if (outcome.ok) deps.onGranted();
  return outcome;
}

interface Grant {
  request: GrantRequest;
  session: SessionRecord;
  permissionSet: PermissionSet;
  now: Date;
}

async function grant(
  { newId }: SharingDeps,
  step: ShareStep,
  { request, session, permissionSet, now }: Grant,
): Promise<Share> {
  const { principal, requestId, sourceAddress, body } = request;
  const actor = causeOf(principal, session.owner);
  const share: ShareRecord = {
    id: newId(),
    sessionId: session.id,
    user: body.user,
    permissions: permissionSet.name,
    features: permissionSet.features,
    grantedBy: actor,
    createdAt: now,
    expiresAt: new Date(body.expiresAt),
  };
  const previous = await step.findOpen({ user: body.user });
  if (previous) {
    const cause = previous.expiresAt <= now ? 'expiry' : 'replaced';
    const announcement = revocation(previous, session.owner, { cause, correlationId: requestId });
    await step.end({ share: previous, at: now, cause, announcement });
  }
  const data = { ...shareData(share, session.owner), features: share.features, cause: actor };
  await step.insert(share, {
    type: 'deskfleet.access.share-granted.v1',
    data,
    correlationId: requestId,
  });
  const { id: shareId, user, permissions } = share;
  const detail = { requestId, shareId, user, permissions, expiresAt: share.expiresAt.toISOString() };
  const audit = { id: newId(), at: now, actor, sessionId: session.id, sourceAddress, detail };
  await step.audit({ ...audit, action: 'session.share' });
  return describeShare(share, false);
}

/** Ends a share: the guest is disconnected and can connect no more. */
export function withdrawShare(
  { shares, now, newId }: SharingDeps,
  { principal, sessionId, shareId, requestId, sourceAddress }: SharingRequest & { shareId: string },
): Promise<Outcome<null>> {
  const about = { sessionId, principal: principal.name, key: null };
  return shares.withSession(about, async (step) => {
    const managed = managedBy(principal, step.session);
    if (!managed.ok) return managed;
    const { owner } = managed.value;
    const share = await step.findOpen({ id: shareId });
    if (!share) return refused(shareNotFound);
    const at = now().toJSDate();
    const actor = causeOf(principal, owner);
    const announcement = revocation(share, owner, { cause: actor, correlationId: requestId });
    await step.end({ share, at, cause: actor, announcement });
    const detail = { requestId, shareId, user: share.user };
    const audit = { id: newId(), at, actor, sessionId, sourceAddress, detail };
    await step.audit({ ...audit, action: 'session.withdraw-share' });
    return done(null);
  });
}

/** With whom a session is shared, for those who may change that. */
export async function listShares(
  deps: Pick<SharingDeps, 'shares'>,
  { principal, sessionId }: Pick<SharingRequest, 'principal' | 'sessionId'>,
): Promise<Outcome<ShareList>> {
  const managed = managedBy(principal, await deps.shares.list(sessionId));
  if (!managed.ok) return managed;
  const { shares, toldIds } = managed.value;
  return done({ items: shares.map((share) => describeShare(share, toldIds.includes(share.id))) });
}

/** Whether the host can tell the guest from the owner, and name them in its permission file. */
function isNameable(
  { hostNaming }: Pick<SharingDeps, 'hostNaming'>,
  { os, owner }: SessionRecord,
  user: string,
): boolean {
  const naming = { ...hostNaming, os };
  const guest = dcvUserName(user, naming);
  return isPermissionActor(guest) && !isSameAccount(guest, dcvUserName(owner, naming));
}

/** What is told when a share has ended. */
export function revocation(
  share: ShareRecord,
  owner: string,
  { cause, correlationId }: { cause: string; correlationId: string },
): Announcement {
  const data = { ...shareData(share, owner), cause };
  return { type: 'deskfleet.access.share-revoked.v1', data, correlationId };
}

function shareData({ id: shareId, sessionId, user, permissions, expiresAt }: ShareRecord, owner: string) {
  return { sessionId, owner, shareId, user, permissions, expiresAt: expiresAt.toISOString() };
}

function describeShare({ createdAt, expiresAt, ...share }: ShareRecord, active: boolean): Share {
  return { ...share, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString(), active };
}
