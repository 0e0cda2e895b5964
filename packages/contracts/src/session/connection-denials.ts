/**
 * Why connections are refused: a stable code, and a sentence for the desktop's owner and for administrators. Whoever tried
 * is told neither.
 */
export const connectionDenials = {
  'access-ended': 'The desktop was stopped after this connection had been made for it.',
  'check-failed': 'The records could not be read, so nobody was let in.',
  'first-use-too-late': 'The connection was opened too long after it had been made.',
  'malformed-request': 'What was asked was no question of a DCV server.',
  'not-owner': 'The connection was made for somebody who may not use this desktop.',
  'session-not-running': 'The desktop was not running.',
  'session-unknown': 'There is no such desktop.',
  'share-ended': 'The desktop had been shared with this user, and was not any more.',
  'stop-accepted': 'The desktop was about to stop.',
  'token-altered': 'The token had been changed, or was forged.',
  'token-expired': 'The connection was too old.',
  'token-key-unknown': 'The token was made with a key that this deployment does not have, or not any more.',
  'token-malformed': 'What was sent was no token of this deployment.',
  'token-unknown': 'There is no record of the token any more.',
  'too-many-requests': 'The host had asked too often.',
  'user-access-ended': 'The user had been disabled after this connection had been made for them.',
  'user-disabled': 'The user is disabled.',
  'user-name-untellable': 'The name of the user cannot be told to a DCV server.',
  'user-unknown': 'There is no such user.',
  'wrong-dcv-session': 'The connection was made for another DCV session.',
  'wrong-host': 'The question did not come from the host of this desktop.',
} as const;
export type ConnectionDenialReason = keyof typeof connectionDenials;
