import type { OperatingSystem, SessionState } from '@deskfleet/contracts';

/** What is known of a session when its password is asked for. */
export interface PasswordFacts {
  os: OperatingSystem;
  /** Null before session-manager has seen the session. */
  state: SessionState | null;
  instanceId: string | null;
  /** Name of the SSM parameter that holds it. */
  parameter: string | null;
}

export type PasswordDecision = { parameter: string } | { unavailable: string };

export const noPassword = 'No password is kept for this desktop. Connect without one, through Deskfleet.';

/** Whether there is a password to show, and if not, why. */
export function decidePassword({ os, state, instanceId, parameter }: PasswordFacts): PasswordDecision {
  if (os !== 'windows') return { unavailable: 'Only Windows desktops have a password.' };
  if (state === 'terminated') {
    return { unavailable: 'The desktop has been terminated, and its password with it.' };
  }
  if (instanceId === null) {
    return { unavailable: 'The desktop has not been launched yet. Ask again when it is starting.' };
  }
  return parameter === null ? { unavailable: noPassword } : { parameter };
}
