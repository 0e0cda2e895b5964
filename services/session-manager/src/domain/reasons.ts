import type { StateReason } from '@deskfleet/contracts';

/** Why AWS did not do what was asked, in the classes that call for different treatment. */
export const awsFailureKinds = [
  /** Nothing happened, ask again later. */
  'throttled',
  /** Time-out, connection lost, 5xx: it may have happened. */
  'unclear',
  /** No machine of this type free in this zone. */
  'capacity',
  /** The subnet has no free address. */
  'no-addresses',
  /** A limit of the account. */
  'limit',
  /** The type is not offered in this zone, or not at all any more. */
  'type-not-offered',
  'subnet-gone',
  'image-gone',
  /** The root volume does not hold the image. */
  'volume-too-small',
  /** This machine cannot hibernate. */
  'hibernation-unsupported',
  'unauthorized',
  /** The request itself is wrong. */
  'invalid',
  'not-found',
  /** The instance is in a state that does not allow it. */
  'incorrect-state',
  'protected',
  /** The client token was used for another request. */
  'token-mismatch',
  /** The instance that this client token launched has been terminated. */
  'token-terminated',
] as const;
export type AwsFailureKind = (typeof awsFailureKinds)[number];

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
    case 'no-addresses':
      return {
        code: 'no-free-addresses',
        sentence: `The network has no address free to ${what}. Try again later, choose another subnet, or ask your administrator.`,
      };
    case 'type-not-offered':
      return {
        code: 'instance-type-not-offered',
        sentence: `AWS does not offer the machine that is needed to ${what} (any more). Choose another instance type.`,
      };
    case 'subnet-gone':
      return {
        code: 'subnet-gone',
        sentence: `The subnet that was to be used to ${what} does not exist any more. Choose another one, or ask your administrator.`,
      };
    case 'image-gone':
      return {
        code: 'image-gone',
        sentence: `The image that is needed to ${what} does not exist any more. Choose another software stack, or ask your administrator.`,
      };
    case 'volume-too-small':
      return {
        code: 'root-volume-too-small',
        sentence: `The root volume is too small to ${what}. Launch a new desktop with a larger one.`,
      };
    case 'hibernation-unsupported':
      return {
        code: 'hibernation-refused',
        sentence: `AWS refused to ${what}: it cannot hibernate (${failure.code}). Stop the desktop instead, or launch one without hibernation.`,
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
  hostUnreachable: {
    code: 'host-unreachable',
    sentence:
      'The machine runs, but its management agent (SSM) never answered, so nobody knows how it is. It is kept for ' +
      'diagnosis: start it to try again, stop it, or delete it. Your administrator may check its network and instance role.',
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

export const scheduleReasons = {
  stoppedAtClose: {
    code: 'stopped-at-close',
    sentence: 'The desktop was stopped at the end of its scheduled hours, as its settings say.',
  },
  startedTooLate: {
    code: 'window-closed',
    sentence:
      'The desktop could not be started during its scheduled hours, and stays stopped. Start it if you need it now.',
  },
} as const satisfies Record<string, StateReason>;

export const idleReasons = {
  /** Where what was found is not known any more; IdleDetected tells it under the same code. */
  unused: { code: 'idle', sentence: 'The desktop was stopped, as nobody used it.' },
} as const satisfies Record<string, StateReason>;

export const hibernationReasons = {
  becameStop: {
    code: 'hibernation-became-stop',
    sentence:
      'AWS could not hibernate the machine and stopped it instead: the disk is as it was, but what was open is lost.',
  },
  fellBack: {
    code: 'hibernation-fell-back',
    sentence:
      'AWS refused to hibernate the machine, so it is stopped, as the policy of its software stack says.',
  },
} as const satisfies Record<string, StateReason>;

/** Told some days before EC2 stops promising that a hibernated machine resumes. */
export function hibernationExpiringReason(resumableUntil: Date): StateReason {
  const date = resumableUntil.toISOString().slice(0, 10);
  return {
    code: 'hibernation-expiring',
    sentence: `AWS keeps hibernated machines for 60 days. Start this desktop before ${date} (UTC), or what is open in it may be lost.`,
  };
}

export function resizeFailedReason(to: string, kept: string): StateReason {
  return {
    code: 'resize-failed',
    sentence: `The desktop could not be made a ${to} and is still a ${kept}. Try again, or choose another instance type.`,
  };
}

/** A place to launch in that has refused. */
export interface TriedPlace {
  instanceType: string;
  zone: string | null;
}

/** What the owner is told when no machine was free anywhere that was allowed; null when nothing more is tried. */
export function noCapacityReason(tried: TriedPlace[], next: Date | 'soon' | null): StateReason {
  const zones = Map.groupBy(tried, ({ instanceType }) => instanceType);
  const list = [...zones].map(([type, places]) => {
    const names = [...new Set(places.flatMap(({ zone }) => zone ?? []))];
    return names.length > 0 ? `${type} in ${names.join(', ')}` : type;
  });
  const what = list.length > 0 ? ` (tried: ${list.join('; ')})` : '';
  return { code: 'no-capacity', sentence: `AWS has no machine free right now${what}. ${outlook(next)}` };
}

function outlook(next: Date | 'soon' | null): string {
  if (next === null) return 'Try again later, or choose another instance type.';
  return next === 'soon'
    ? 'Deskfleet goes on trying for some minutes.'
    : `Deskfleet tries again at ${next.toISOString().slice(11, 16)} UTC.`;
}

export function fallbackTypeReason(wanted: string, launched: string): StateReason {
  return {
    code: fallbackTypeCode,
    sentence: `AWS had no ${wanted} free, so this desktop was launched on a ${launched}.`,
  };
}

export const fallbackTypeCode = 'fallback-instance-type';

export const instanceFailedCode = 'instance-failed';

export function instanceFailedReason(code: string | null, message: string | null): StateReason {
  const why = message ?? code ?? 'no reason given';
  return {
    code: instanceFailedCode,
    sentence: `AWS could not start the machine (${why}). Start the desktop to try again.`,
  };
}
