import type { WindowsPassword } from '@deskfleet/contracts';
import { causeOf } from '../domain/principal.ts';
import { done, type Outcome, type Refusal, refused } from '../domain/refusal.ts';
import { managedBy } from '../domain/session-access.ts';
import { whyNoPassword } from '../domain/why-no-password.ts';
import type { AuditLog, NewId, Now, Request, SessionManagerClient, SessionReader } from './ports.ts';

export interface ShowWindowsPasswordDeps {
  sessions: SessionReader;
  sessionManager: Pick<SessionManagerClient, 'windowsPassword'>;
  audit: AuditLog;
  now: Now;
  newId: NewId;
}

const notTheOwner: Refusal = {
  code: 'forbidden',
  detail:
    "Only its owner may see this desktop's password. An administrator's rights do not include its screen, which the password opens.",
};
const notThere: Refusal = {
  code: 'password-unavailable',
  detail: 'This desktop has no password to show right now. If it is still being launched, try again later.',
};
const passwordsUnavailable: Refusal = {
  code: 'service-unavailable',
  detail: 'The password cannot be read right now. Try again in a few seconds.',
  retryAfterSeconds: 5,
};

/**
 * Shows the owner of a Windows desktop its password. That it was shown is in the audit log before it leaves: an answer
 * that is lost on its way counts as shown.
 */
export async function showWindowsPassword(
  deps: ShowWindowsPasswordDeps,
  request: Request & { sessionId: string },
): Promise<Outcome<WindowsPassword>> {
  const { principal, sessionId, requestId, sourceAddress } = request;
  const managed = managedBy(principal, await deps.sessions.findSession(sessionId));
  if (!managed.ok) return managed;
  const session = managed.value;
  if (principal.name !== session.owner) return refused(notTheOwner);
  const refusal = whyNoPassword(session);
  if (refusal) return refused(refusal);

  const answer = await deps.sessionManager.windowsPassword(sessionId);
  if (answer.kind === 'unavailable') return refused(passwordsUnavailable);
  if (answer.kind === 'refused') return refused(notThere);
  await deps.audit.append({
    id: deps.newId(),
    at: deps.now().toJSDate(),
    actor: causeOf(principal, session.owner),
    action: 'session.show-password',
    sessionId,
    sourceAddress,
    detail: { requestId, username: answer.password.username },
  });
  return done(answer.password);
}
