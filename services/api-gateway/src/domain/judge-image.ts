import { capabilitiesOf } from '@deskfleet/contracts';
import type { Principal } from './principal.ts';
import type { Refusal } from './refusal.ts';
import { managedBy } from './session-access.ts';
import { commandContextOf, mayCreateImages, type SessionRecord, stateOf } from './session-record.ts';

export type ImageVerdict = { allowed: true; session: SessionRecord } | { allowed: false; refusal: Refusal };

const notAllowed: Refusal = {
  code: 'image-not-allowed',
  detail:
    'Only administrators may make images of desktops with this software stack. Ask one to make it, or to allow it.',
};

/** Whether somebody may have an image made of a desktop, as it is now; null is a desktop that does not exist. */
export function judgeImage(principal: Principal, session: SessionRecord | null): ImageVerdict {
  const managed = managedBy(principal, session);
  if (!managed.ok) return { allowed: false, refusal: managed.refusal };
  return judgeManaged(principal, managed.value);
}

function judgeManaged(principal: Principal, session: SessionRecord): ImageVerdict {
  if (!mayCreateImages(principal, session)) return refuse(notAllowed);
  const can = capabilitiesOf(commandContextOf(session)).includes('create-image');
  return can ? { allowed: true, session } : refuse(whyNotNow(session));
}

function whyNotNow(session: SessionRecord): Refusal {
  const state = stateOf(session);
  const { desired, hasInstance } = commandContextOf(session);
  if (state === 'terminated') {
    return { code: 'session-terminated', detail: 'This desktop has been terminated, and its disk with it.' };
  }
  if (desired === 'terminated') {
    return { code: 'session-terminating', detail: 'This desktop is being terminated, and its disk with it.' };
  }
  if (!hasInstance && state === 'error') {
    return {
      code: 'no-instance',
      detail: 'This desktop never got a machine, so there is nothing to make an image of.',
    };
  }
  return {
    code: 'in-transition',
    detail: `This desktop is ${state}. An image can be made of it when it is running, stopped or hibernated.`,
  };
}

function refuse(refusal: Refusal): ImageVerdict {
  return { allowed: false, refusal };
}
