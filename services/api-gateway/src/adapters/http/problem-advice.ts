import type { ProblemCode } from '@deskfleet/contracts';

/** What to do about each problem, for the page that the `type` of a problem points to. */
export const problemAdvice: Record<ProblemCode, string> = {
  'malformed-json': 'Send a JSON document. The detail says where reading it failed, if that is known.',
  'invalid-request': 'Mend the fields that errors names; each says what is expected there.',
  'invalid-cursor': 'Use nextCursor of the page before, unchanged, on the same list.',
  'not-authenticated': 'Send the header Authorization: Bearer TOKEN with a token of your identity provider.',
  'token-expired': 'Sign in again and repeat the request with the new token.',
  forbidden: 'You may see this, but not do it. The detail says who may.',
  'instance-change-not-allowed': 'Launch a new desktop of the instance type you need.',
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
  'same-instance-type': 'Nothing is to be done, or choose another instance type.',
  'password-unavailable': 'Only Windows desktops have one, from their launch until they are deleted.',
  'name-taken': 'Choose another name, or delete the desktop that has this one.',
  'software-stack-name-taken': 'Choose another name; upper and lower case count as the same.',
  'profile-name-taken': 'Choose another name; upper and lower case count as the same.',
  'project-name-taken': 'Choose another name; upper and lower case count as the same.',
  'permission-set-name-taken':
    'Choose another name; upper and lower case count as the same, and the standard sets keep theirs.',
  'software-stack-in-use':
    'Switch the software stack off instead: PATCH it with {"enabled": false}. Its desktops go on working.',
  'profile-in-use': 'Give the software stacks that the detail names another profile, or delete them, first.',
  'project-in-use':
    'Switch the project off instead: PATCH it with {"enabled": false}. Take it out of the software stacks that the detail names.',
  'image-set-by-deployment':
    'Change DCV_WINDOWS_AMI and start the gateway again, or make another software stack.',
  'quota-exceeded':
    'Delete a desktop that you need no more; stopped ones count. GET /v1/me/quota says how many you may have.',
  'too-many-shares': 'Withdraw a share of the desktop first: DELETE /v1/sessions/ID/shares/SHARE.',
  'own-account': 'Ask another administrator to do it.',
  'idempotency-key-in-use': 'Wait for the answer to the first request with this key.',
  'precondition-failed':
    'Read it again, and make your change to what it is now, with its new ETag in If-Match.',
  'body-too-large': 'Send less: no request needs more than 64 KiB.',
  'unsupported-media-type': 'Send JSON, with the header Content-Type: application/json.',
  'idempotency-key-reused':
    'Use a new key for every new request, and the same key only to repeat one unchanged.',
  'unknown-software-stack': 'Choose one of GET /v1/software-stacks.',
  'unknown-image':
    'Check the AMI id or parameter, and that it is in the region of the desktops and shared with this account.',
  'image-mismatch':
    'Choose an image of the software stack’s operating system and architecture, or make a software stack of the image’s.',
  'base-os-mismatch': 'Choose a base operating system of the kind that os names.',
  'mount-not-possible':
    'Use kinds and targets that the operating system has, each target once; the detail says which.',
  'hook-script-too-large': 'Shorten the script, or let it fetch the rest.',
  'unknown-profile': 'Choose one of GET /v1/admin/profiles.',
  'profile-too-narrow':
    'Allow what the software stack needs, or change the software stack that the detail names first.',
  'unknown-project': 'Choose one of GET /v1/projects.',
  'unknown-subnet': 'Choose one of GET /v1/subnets.',
  'unknown-instance-type': 'Choose one of GET /v1/instance-types.',
  'instance-type-not-allowed': 'Choose one of GET /v1/instance-types?stack=ID.',
  'instance-type-not-in-zone':
    'Choose another instance type, or a subnet in a zone that offers this one; the detail names some.',
  'hibernation-type-unsupported': 'Choose the instance type that the detail names, or leave hibernation out.',
  'hibernation-memory-too-large': 'Choose the instance type that the detail names, or leave hibernation out.',
  'root-volume-too-small-to-hibernate':
    'Ask for the size that the detail names or leave rootVolumeGiB out. If the software stack allows no such size, choose a type with less memory.',
  'root-volume-too-large': 'Ask for a smaller root volume; the detail says how large it may be.',
  'session-type-not-allowed': 'Leave sessionType out, or choose one that the detail names.',
  'subnet-not-allowed': 'Choose a subnet that the detail names, or leave subnetId out.',
  'project-disabled': 'Choose another project, or ask your administrator.',
  'project-not-allowed': 'Choose a project or a software stack that go together; the detail names some.',
  'project-required': 'Name one of the projects in the detail by projectId.',
  'invalid-schedule': 'Mend everything that errors names; each has a code of its own here.',
  'unknown-timezone':
    'Use a name of the IANA database in its own spelling, such as Europe/Paris; the detail names the nearest.',
  'invalid-time': 'Write times as HH:MM, from 00:00 to 23:59; 24:00 is possible as an end.',
  'invalid-date': 'Write dates as YYYY-MM-DD, from 1970 on, and only days that there are.',
  'window-count': 'Give the day one to four windows, or the type run-all-day or stop-all-day.',
  'empty-window': 'Give the window an end that is not its start. A whole day is run-all-day.',
  'overlapping-windows': 'Make the two windows one, or move one of them; they may touch.',
  'exception-reversed': 'Write the earlier date as from. The last day belongs to the exception.',
  'too-many-exceptions': 'Leave out what is over, and make one exception of days that follow each other.',
  'schedule-change-not-allowed':
    'Leave the schedule as it is, or ask an administrator. You may keep the desktop running, or pause its schedule, for a while.',
  'override-out-of-range': 'Choose an instant that is ahead, and not more than 366 days.',
  'preview-too-long': 'Ask for at most 400 days at a time.',
  'preview-out-of-range': 'Give from and to in this order, both in the years 1970 to 9999.',
  'share-with-oneself':
    'Name somebody else. Owners can always connect; administrators do not grant themselves a screen.',
  'share-expiry-out-of-range': 'Choose an instant that is ahead, at most 366 days.',
  'unknown-user':
    'Check the name. Whom a desktop is shared with must have signed in once, and not be disabled.',
  'unknown-permission-set': 'Use the name of one of GET /v1/permission-sets.',
  'display-required': 'Add display to the features, or builtin for all of them.',
  'user-not-shareable':
    'On the desktop this user would have the name of its owner, or one that a DCV permission file cannot hold. The directory is where that can be changed.',
  'too-many-requests': 'Wait as long as the header Retry-After says.',
  'internal-error': 'Repeat the request. If it fails again, give its requestId to your administrator.',
  'service-unavailable':
    'Repeat the request after the seconds in the header Retry-After. Nothing that was accepted is lost.',
};
