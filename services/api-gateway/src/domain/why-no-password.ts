import type { Refusal } from './refusal.ts';
import { commandContextOf, type SessionRecord, stateOf } from './session-record.ts';

/** Why a session has no password to show; null when it should have one. */
export function whyNoPassword(session: SessionRecord): Refusal | null {
  const { desired, hasInstance } = commandContextOf(session);
  if (session.os !== 'windows') {
    return noPassword('Only Windows desktops have a password. Connect to this one without.');
  }
  if (stateOf(session) === 'terminated' || desired === 'terminated') {
    return noPassword('This desktop is deleted, and its password with it. Launch a new one.');
  }
  if (!hasInstance) {
    return noPassword('This desktop has no machine yet, and so no password. Try again when it is running.');
  }
  return null;
}

function noPassword(detail: string): Refusal {
  return { code: 'password-unavailable', detail };
}
