import type { SessionConnection } from '@deskfleet/contracts';
import { connectionUrls } from '../domain/connection-urls.ts';
import { type DesktopAccess, type DesktopLocation, locateDesktop } from '../domain/locate-desktop.ts';
import { done, type Outcome, type Refusal, refused, sessionNotFound } from '../domain/refusal.ts';
import { accessOf, mayConnect } from '../domain/session-access.ts';
import { commandContextOf, type SessionRecord, stateOf } from '../domain/session-record.ts';
import type { AuditLog, NewId, Now, Request, SessionReader, TokenIssuer } from './ports.ts';

export interface OpenConnectionDeps {
  sessions: SessionReader;
  tokens: TokenIssuer;
  audit: AuditLog;
  access: DesktopAccess;
  now: Now;
  newId: NewId;
}

const notOnTheScreen: Refusal = {
  code: 'forbidden',
  detail:
    "Only its owner, and whom they share it with, may connect to this desktop. An administrator's rights do not include its screen.",
};
const tokensUnavailable: Refusal = {
  code: 'service-unavailable',
  detail: 'The desktop is running, but no connection can be made right now. Try again in a few seconds.',
  retryAfterSeconds: 5,
};

/** Makes the addresses that open a running desktop. */
export async function openConnection(
  deps: OpenConnectionDeps,
  request: ConnectionRequest,
): Promise<Outcome<SessionConnection>> {
  const outcome = await issueConnection(deps, request, {});
  if (!outcome.ok) return outcome;
  const { location, token, expiresAt } = outcome.value;
  return done({ ...connectionUrls(location, token), token, expiresAt });
}

export type ConnectionRequest = Request & { sessionId: string };

/** A way into a running desktop for one person, with a token of its own. */
export interface IssuedConnection {
  session: SessionRecord;
  location: DesktopLocation;
  token: string;
  expiresAt: string;
}

/**
 * Issues a connection to a running desktop, and notes it in the audit log with `detail`. Token-service decides once
 * more; what is checked here is for a good answer.
 */
export async function issueConnection(
  deps: OpenConnectionDeps,
  request: ConnectionRequest,
  detail: Record<string, unknown>,
): Promise<Outcome<IssuedConnection>> {
  const { principal, sessionId, requestId, sourceAddress } = request;
  const session = await deps.sessions.findSession(sessionId);
  if (!session || accessOf(principal, session) === 'none') return refused(sessionNotFound);
  if (!mayConnect(principal, session)) return refused(notOnTheScreen);
  const privateIp = connectableAddress(session);
  if (privateIp === null) return refused(notRunning(session));

  const issue = await deps.tokens.issue({ sessionId, user: principal.name, clientAddress: sourceAddress });
  if (issue.kind === 'unavailable') return refused(tokensUnavailable);
  if (issue.kind === 'not-found') return refused(sessionNotFound);
  if (issue.kind === 'not-running') {
    return refused(notRunning((await deps.sessions.findSession(sessionId)) ?? session));
  }
  const { token, tokenId, dcvSessionId, expiresAt } = issue.token;
  await deps.audit.append({
    id: deps.newId(),
    at: deps.now().toJSDate(),
    // Of a guest, too: who connects does so in their own right.
    actor: `user:${principal.name}`,
    action: 'session.connect',
    sessionId,
    sourceAddress,
    detail: { requestId, tokenId, ...detail },
  });
  const location = locateDesktop(deps.access, { privateIp, sessionId, dcvSessionId });
  return done({ session, location, token, expiresAt });
}

function connectableAddress(session: SessionRecord): string | null {
  const { state, desired } = commandContextOf(session);
  return state === 'running' && desired === 'running' ? (session.runtime?.privateIp ?? null) : null;
}

function notRunning(session: SessionRecord): Refusal {
  const { desired } = commandContextOf(session);
  const state = stateOf(session);
  const detail =
    state === 'running' && desired !== 'running'
      ? `The desktop is about to be ${desired}, so nobody can connect to it any more.`
      : `The desktop is ${state}; it can be connected to when it is running.`;
  return { code: 'not-running', detail };
}
