import type { AwsFailure, AwsFailureKind } from '../../domain/reasons.ts';

/** EC2 and SSM error codes (EC2 API reference, "Error codes"), in the classes that rules tell apart. */
const kinds: [RegExp, AwsFailureKind][] = [
  [
    /^(RequestLimitExceeded|Throttling|ThrottlingException|TooManyRequestsException|EC2ThrottledException|TooManyUpdates)$/,
    'throttled',
  ],
  // Limits on snapshots being made at a time, which pass when others are done (15 seconds for one of the same volume).
  [
    /^(SnapshotCreationPerVolumeRateExceeded|ConcurrentSnapshotLimitExceeded|PendingSnapshotLimitExceeded)$/,
    'throttled',
  ],
  [
    /^(InsufficientInstanceCapacity|InsufficientHostCapacity|InsufficientReservedInstanceCapacity|SpotMaxPriceTooLow)$/,
    'capacity',
  ],
  [
    /^(VcpuLimitExceeded|InstanceLimitExceeded|MaxSpotInstanceCountExceeded|VolumeLimitExceeded|SnapshotLimitExceeded|InsufficientAddressCapacity|ParameterLimitExceeded|InstanceCreditSpecification\.LimitExceeded)$/,
    'limit',
  ],
  [/^InsufficientFreeAddressesInSubnet$/, 'no-addresses'],
  [/^(Unsupported|InvalidInstanceType|InstanceTypeNotSupported)$/, 'type-not-offered'],
  [/^InvalidSubnet(ID(\.NotFound|\.Malformed)?)?$/, 'subnet-gone'],
  // Images may be named by a public parameter.
  [/^(InvalidAMIID(\.NotFound|\.Unavailable|\.Malformed)?|ParameterNotFound)$/, 'image-gone'],
  [/^InvalidBlockDeviceMapping$/, 'volume-too-small'],
  [/^UnsupportedHibernationConfiguration$/, 'hibernation-unsupported'],
  [/^IdempotentParameterMismatch$/, 'token-mismatch'],
  [/^IdempotentInstanceTerminated$/, 'token-terminated'],
  [/^OperationNotPermitted$/, 'protected'],
  [
    /^(UnauthorizedOperation|AccessDenied|AccessDeniedException|AuthFailure|Blocked|OptInRequired|PendingVerification|InvalidClientTokenId|ExpiredToken|ExpiredTokenException|UnrecognizedClientException|SignatureDoesNotMatch|RequestExpired|CredentialsProviderError|InvalidAccessKeyId)$/,
    'unauthorized',
  ],
  [/^(IncorrectInstanceState|IncorrectState|InvalidInstanceState)$/, 'incorrect-state'],
  [/^InvalidInstanceID(\.NotFound|\.Malformed)?$/, 'not-found'],
];

/**
 * What an error from the AWS SDK means. Without an answer (time-out, connection lost) or with a 5xx it is `unclear`,
 * except that "no capacity" and throttling, which also arrive as 5xx, are clear.
 */
export function classifyAwsError(error: unknown): AwsFailure {
  const {
    name = 'UnknownError',
    message = String(error),
    $metadata,
  } = error as {
    name?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  if (name === 'UnsupportedOperation' && /hibernat/i.test(message)) {
    // The agent of a machine that has just booted is not ready to hibernate yet; any other refusal is final.
    const kind = /not ready|retry|minutes/i.test(message) ? 'incorrect-state' : 'hibernation-unsupported';
    return { kind, code: name, message };
  }
  const known = kinds.find(([pattern]) => pattern.test(name));
  if (known) return { kind: known[1], code: name, message };
  const status = $metadata?.httpStatusCode;
  const answered = status !== undefined && status >= 400 && status < 500;
  return { kind: answered ? 'invalid' : 'unclear', code: name, message };
}

/** The ids that AWS's message names as bad, so that the others can go on; empty when it names none. */
export function idsNamedIn(message: string, ids: string[]): string[] {
  return ids.filter((id) => message.includes(id));
}
