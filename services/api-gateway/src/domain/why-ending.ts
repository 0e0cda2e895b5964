import type { Refusal } from './refusal.ts';
import { type SessionRecord, stateOf } from './session-record.ts';

/** Why nothing can be changed of a session that is over, or about to be. */
export function whyEnding(session: SessionRecord): Refusal {
  return stateOf(session) === 'terminated'
    ? { code: 'session-terminated', detail: 'This desktop has been terminated. Launch a new one.' }
    : {
        code: 'session-terminating',
        detail: 'This desktop is being terminated; nothing can be changed of it.',
      };
}
