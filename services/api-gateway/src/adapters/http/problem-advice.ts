import type { ProblemCode } from '@deskfleet/contracts';

/** What to do about each problem, for the page that the `type` of a problem points to. */
export const problemAdvice: Record<ProblemCode, string> = {
  'malformed-json': 'Send a JSON document. The detail says where reading it failed, if that is known.',
  'invalid-request': 'Mend the fields that errors names; each says what is expected there.',
  'invalid-cursor': 'Use nextCursor of the page before, unchanged, on the same list.',
  'not-authenticated': 'Send the header Authorization: Bearer TOKEN with a token of your identity provider.',
  'token-expired': 'Sign in again and repeat the request with the new token.',
  forbidden: 'You may see this, but not do it. The detail says who may.',
  'image-not-allowed':
    'Ask an administrator to make the image, or to allow it in the profile of the software stack.',
  'not-found': 'Check the address. Desktops of other people answer like desktops that do not exist.',
  'method-not-allowed': 'Use one of the methods in the header Allow.',
  'already-running': 'Nothing is to be done: connect to the desktop.',
  'already-starting': 'Wait until the desktop is running; GET /v1/events tells when.',
  'already-stopped': 'Nothing is to be done.',
  'already-stopping': 'Wait until the desktop has stopped, or stop it with force, which loses unsaved work.',
  'no-instance': 'The desktop never got a machine. Start it to try again, or delete it.',
  'session-terminating': 'The desktop is being deleted. Launch another one.',
  'session-terminated': 'The desktop has been deleted. Launch another one.',
  'not-running': 'Start the desktop, or wait until it is running, and connect then.',
  'not-stopped': 'Stop the desktop first, and wait until it has stopped.',
  'in-transition': 'Wait until the desktop is running or stopped; GET /v1/events tells when.',
  'hibernation-unsupported':
    'Stop the desktop without mode, or launch one with hibernation; the detail says what stands in the way.',
  'resize-of-hibernating': 'Launch a new desktop of the size you need; AWS resizes none that can hibernate.',
  'password-unavailable': 'Only Windows desktops have one, from their launch until they are deleted.',
  'name-taken': 'Choose another name. The detail says what has this one.',
  'quota-exceeded':
    'Delete a desktop that you need no more; stopped ones count. GET /v1/me/quota says how many you may have.',
  'idempotency-key-in-use': 'Wait for the answer to the first request with this key.',
  'body-too-large': 'Send less: no request needs more than 64 KiB.',
  'unsupported-media-type': 'Send JSON, with the header Content-Type: application/json.',
  'idempotency-key-reused':
    'Use a new key for every new request, and the same key only to repeat one unchanged.',
  'unknown-software-stack': 'Choose one of GET /v1/software-stacks.',
  'unknown-image':
    'Check the AMI id or parameter, and that it is in the region of the desktops and shared with this account.',
  'unknown-instance-type': 'Choose one of GET /v1/instance-types.',
  'instance-type-not-allowed': 'Choose one of GET /v1/instance-types?stack=ID.',
  'root-volume-too-large': 'Ask for a smaller root volume; the detail says how large it may be.',
  'session-type-not-allowed': 'Leave sessionType out, or choose one that the detail names.',
  'too-many-requests': 'Wait as long as the header Retry-After says.',
  'internal-error': 'Repeat the request. If it fails again, give its requestId to your administrator.',
  'service-unavailable':
    'Repeat the request after the seconds in the header Retry-After. Nothing that was accepted is lost.',
};
