import type { AdminUser, AdminUserList } from '@deskfleet/contracts';
import { decodeCursor, encodeCursor } from '../domain/cursor.ts';
import { done, invalidCursor, type Outcome, type Refusal, refused } from '../domain/refusal.ts';
import type { Announcement, AuditEntry, NewId, Now, Request, UserDirectory } from './ports.ts';
import { revocation } from './share-session.ts';
import type { OpenShare, ShareEnding } from './share-store.ts';

export interface UserQuery {
  /** Text in the name, the display name or the e-mail address, whatever its case. */
  search: string | null;
  disabled: boolean | null;
  /** Only users whose names come after this one. */
  after: string | null;
  limit: number;
}

export interface UserStep {
  /** Locked until the step ends; null when nobody of that name has ever signed in. */
  user: AdminUser | null;
  setDisabled(disabledAt: Date | null): Promise<void>;
  /** Ends all that is shared with them. */
  endShares(endingOf: (open: OpenShare) => ShareEnding): Promise<void>;
  announce(announcement: Announcement): Promise<void>;
  audit(entry: AuditEntry): Promise<void>;
}

export interface UserStore {
  list(query: UserQuery): Promise<AdminUser[]>;
  find(name: string): Promise<AdminUser | null>;
  /** Runs `work` in one transaction. */
  edit<Result>(name: string, work: (step: UserStep) => Promise<Result>): Promise<Result>;
}

export interface EditUsersDeps {
  userStore: UserStore;
  users: Pick<UserDirectory, 'forget'>;
  now: Now;
  newId: NewId;
}

const userNotFound: Refusal = {
  code: 'not-found',
  detail: 'Nobody of that name has signed in here. GET /v1/admin/users lists those who have.',
};
const ownAccount: Refusal = {
  code: 'own-account',
  detail: 'You cannot disable yourself. Ask another administrator.',
};

/** Users in the order of their names. */
export async function listUsers(
  { userStore }: EditUsersDeps,
  { cursor, limit, ...filter }: Omit<UserQuery, 'after'> & { cursor: string | null },
): Promise<Outcome<AdminUserList>> {
  const after = cursor === null ? null : decodeCursor('u', cursor);
  if (cursor !== null && after === null) return refused(invalidCursor);
  const found = await userStore.list({ ...filter, after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const nextCursor = found.length > limit ? encodeCursor('u', items.at(-1)?.name ?? '') : null;
  return done({ items, nextCursor });
}

export async function findUser({ userStore }: EditUsersDeps, name: string): Promise<Outcome<AdminUser>> {
  const user = await userStore.find(name);
  return user ? done(user) : refused(userNotFound);
}

/**
 * Disables a user, or lets them in again; the change, the end of what is shared with them, the events and the audit entry are
 * one transaction. Tokens that were made before stay void for ever. Desktops of a disabled user run on and can be stopped by
 * administrators.
 */
export async function setUserDisabled(
  deps: EditUsersDeps,
  { name, disabled, ...request }: Request & { name: string; disabled: boolean },
): Promise<Outcome<AdminUser>> {
  const { principal, requestId, sourceAddress } = request;
  const outcome = await deps.userStore.edit(name, async (step): Promise<Outcome<AdminUser>> => {
    const { user } = step;
    if (!user) return refused(userNotFound);
    if (user.disabled === disabled) return done(user);
    if (disabled && name === principal.name) return refused(ownAccount);
    const at = deps.now().toJSDate();
    const actor = `admin:${principal.name}`;
    await step.setDisabled(disabled ? at : null);
    if (disabled) await revokeAccess(step, { user: name, at, cause: actor, correlationId: requestId });
    await step.audit({
      id: deps.newId(),
      at,
      actor,
      action: disabled ? 'user.disable' : 'user.enable',
      sessionId: null,
      sourceAddress,
      detail: { requestId, user: name },
    });
    return done({ ...user, disabled, disabledAt: disabled ? at.toISOString() : null });
  });
  // Of the other replicas the event tells, and for a little while they may still believe otherwise.
  deps.users.forget(name);
  return outcome;
}

interface Revoking {
  user: string;
  at: Date;
  cause: string;
  correlationId: string;
}

/** Tells everybody that a user is disabled, and ends what is shared with them. */
async function revokeAccess(step: UserStep, { user, at, cause, correlationId }: Revoking): Promise<void> {
  await step.announce({ type: 'deskfleet.access.user-disabled.v1', data: { user, cause }, correlationId });
  await step.endShares(({ share, owner }) => {
    const why = 'user-disabled';
    return { share, at, cause: why, announcement: revocation(share, owner, { cause: why, correlationId }) };
  });
}
