/**
 * Every `code` that a problem+json can carry, with the HTTP status and title that belong to it (RFC 9457).
 * Codes are stable: clients may branch on them. `docs/problems.md` tells a reader what to do about each.
 */
export const problemCodes = {
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-request': { status: 400, title: 'The request has invalid fields' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one of ours' },
  'not-authenticated': { status: 401, title: 'A valid bearer token is needed' },
  'token-expired': { status: 401, title: 'The bearer token has expired' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'already-running': { status: 409, title: 'The desktop is already running' },
  'already-starting': { status: 409, title: 'The desktop is already starting' },
  'already-stopped': { status: 409, title: 'The desktop is already stopped' },
  'already-stopping': { status: 409, title: 'The desktop is already stopping' },
  'no-instance': { status: 409, title: 'The desktop has no machine' },
  'session-terminating': { status: 409, title: 'The desktop is being terminated' },
  'session-terminated': { status: 409, title: 'The desktop has been terminated' },
  'not-running': { status: 409, title: 'The desktop is not running' },
  'not-stopped': { status: 409, title: 'The desktop is not stopped' },
  'hibernation-unsupported': { status: 409, title: 'The desktop cannot hibernate' },
  'resize-of-hibernating': { status: 409, title: 'A desktop with hibernation cannot be resized' },
  'password-unavailable': { status: 409, title: 'The desktop has no password to show' },
  'name-taken': { status: 409, title: 'The name is taken' },
  'quota-exceeded': { status: 409, title: 'The quota is reached' },
  'idempotency-key-in-use': { status: 409, title: 'A request with this Idempotency-Key is being worked on' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'unknown-software-stack': { status: 422, title: 'The software stack does not exist' },
  'unknown-image': { status: 422, title: 'The image does not exist' },
  'unknown-instance-type': { status: 422, title: 'The instance type does not exist' },
  'instance-type-not-allowed': { status: 422, title: 'The instance type is not allowed' },
  'root-volume-too-large': { status: 422, title: 'The root volume is too large' },
  'session-type-not-allowed': { status: 422, title: 'The session type is not allowed' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  'service-unavailable': { status: 503, title: 'Temporarily unavailable' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemCodes;
