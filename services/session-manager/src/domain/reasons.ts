import type { StateReason } from '@deskfleet/contracts';

/** Why AWS did not do what was asked, in the classes that call for different treatment. */
export type AwsFailureKind =
  /** Nothing happened, ask again later. */
  | 'throttled'
  /** Time-out, connection lost, 5xx: it may have happened. */
  | 'unclear'
  /** No machine of this type free in this zone. */
  | 'capacity'
  /** A limit of the account. */
  | 'limit'
  | 'unauthorized'
  /** The request itself is wrong. */
  | 'invalid'
  | 'not-found'
  /** The instance is in a state that does not allow it. */
  | 'incorrect-state'
  | 'protected'
  /** The client token was used for another request. */
  | 'token-mismatch'
  /** The instance that this client token launched has been terminated. */
  | 'token-terminated';

export interface AwsFailure {
  kind: AwsFailureKind;
  /** AWS's own error code, for operators. */
  code: string;
  message: string;
}

/** What the user is told of a refusal by AWS. `what` continues "AWS …", such as `launch an m7i.large`. */
export function reasonOfFailure(failure: AwsFailure, what: string): StateReason {
  switch (failure.kind) {
    case 'capacity':
      return {
        code: 'no-capacity',
        sentence: `AWS has no machine free to ${what} right now. Try again later, or choose another instance type.`,
      };
    case 'limit':
      return {
        code: 'account-limit',
        sentence: `AWS refused to ${what}: a limit of the account is reached (${failure.code}). Ask your administrator.`,
      };
    case 'unauthorized':
      return {
        code: 'not-authorized-at-aws',
        sentence: `Deskfleet is not allowed to ${what} at AWS (${failure.code}). Ask your administrator.`,
      };
    case 'protected':
      return {
        code: 'termination-protected',
        sentence: `AWS refused to ${what}: the machine is protected. Ask your administrator to lift the protection.`,
      };
    case 'invalid':
    case 'not-found':
    case 'incorrect-state':
    case 'token-mismatch':
      return {
        code: 'refused-by-aws',
        sentence: `AWS refused to ${what} (${failure.code}). Try again, or ask your administrator.`,
      };
    case 'token-terminated':
      return {
        code: 'instance-terminated',
        sentence:
          'The machine was terminated at AWS while it was being launched. Start the desktop to try again.',
      };
    case 'throttled':
    case 'unclear':
      return {
        code: 'aws-not-answering',
        sentence: `AWS has not confirmed to ${what} yet (${failure.code}). Deskfleet keeps trying.`,
      };
    default:
      return failure.kind satisfies never;
  }
}

export const deadlineReasons = {
  launchTimeout: {
    code: 'launch-timeout',
    sentence: 'The launch could not be prepared in time. Start the desktop to try again.',
  },
  instanceNotRunning: {
    code: 'instance-not-running',
    sentence: 'AWS did not bring the machine up in time. Start the desktop to try again, or delete it.',
  },
  dcvNotReady: {
    code: 'dcv-not-ready',
    sentence:
      'The machine runs, but its desktop did not become ready in time. It is kept for diagnosis: start it to try again, ' +
      'stop it, or delete it.',
  },
  stoppedAfterError: {
    code: 'stopped-after-error',
    sentence:
      'The desktop was in error for too long and has been stopped, so that it costs nothing. Start it to try again.',
  },
} as const satisfies Record<string, StateReason>;

export const externalReasons = {
  stopped: { code: 'stopped-externally', sentence: 'The machine was stopped outside Deskfleet.' },
  started: { code: 'started-externally', sentence: 'The machine was started outside Deskfleet.' },
  terminated: {
    code: 'terminated-externally',
    sentence: 'The machine was terminated outside Deskfleet, and its disk with it. Launch a new desktop.',
  },
  missing: {
    code: 'instance-gone',
    sentence: 'The machine no longer exists at AWS. Launch a new desktop.',
  },
} as const satisfies Record<string, StateReason>;

export const instanceFailedCode = 'instance-failed';

export function instanceFailedReason(code: string | null, message: string | null): StateReason {
  const why = message ?? code ?? 'no reason given';
  return {
    code: instanceFailedCode,
    sentence: `AWS could not start the machine (${why}). Start the desktop to try again.`,
  };
}
