import type { Session } from '@deskfleet/contracts';
import type { Principal } from './principal.ts';
import { done, type Outcome, type Refusal, refused, sessionNotFound } from './refusal.ts';

/** Whose a session is, and whom it is shared with at the moment. */
export interface SharedSession {
  owner: string;
  guests: readonly { user: string }[];
}

export type SessionAccess = Session['access'] | 'none';

/** By what right somebody sees a session. */
export function accessOf(principal: Principal, { owner, guests }: SharedSession): SessionAccess {
  if (principal.name === owner) return 'owner';
  if (principal.administrator) return 'administrator';
  return guests.some(({ user }) => user === principal.name) ? 'guest' : 'none';
}

/** The session, for somebody who may change it and look closer at it than a guest; else why they may not. */
export function managedBy<S extends SharedSession>(principal: Principal, session: S | null): Outcome<S> {
  const access = session === null ? 'none' : accessOf(principal, session);
  if (session === null || access === 'none') return refused(sessionNotFound);
  return access === 'guest' ? refused(onlyConnecting(session.owner)) : done(session);
}

/** Whether somebody may look at the screen: the owner, and guests. An administrator's rights end before it. */
export function mayConnect(principal: Principal, { owner, guests }: SharedSession): boolean {
  return principal.name === owner || guests.some(({ user }) => user === principal.name);
}

function onlyConnecting(owner: string): Refusal {
  return {
    code: 'forbidden',
    detail: `This desktop belongs to ${owner}, who shares it with you: you can connect to it, and nothing else.`,
  };
}
