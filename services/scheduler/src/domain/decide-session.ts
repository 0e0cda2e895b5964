import { decideExpiry } from './decide-expiry.ts';
import { decideTransition, type TransitionInput } from './decide-transition.ts';
import type { Memory, Tell } from './session-facts.ts';
import { earliest } from './settings.ts';

/** All that time asks of one session now. */
export interface SessionDecision {
  tells: Tell[];
  memory: Memory;
  expiresAt: Date | null;
  /** When it has to be looked at again; null: when something changes. */
  lookAt: Date | null;
}

export function decideSession(input: TransitionInput): SessionDecision {
  const transition = decideTransition(input);
  const expiry = decideExpiry({ ...input, memory: transition.memory });
  return {
    tells: [...transition.tells, ...expiry.tells],
    memory: { ...transition.memory, expiry: expiry.expiry },
    expiresAt: expiry.expiresAt,
    lookAt: earliest(transition.lookAt, expiry.lookAt),
  };
}
