/** XML 1.0, 2.2 Char, less the control characters and line separators that are legal there but in no user name. */
const tellable = /^[\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;

/**
 * Whether a user name can be told to a DCV server as it is. One that cannot is refused: with characters left out it would
 * be the name of somebody else.
 */
export function isTellable(userName: string): boolean {
  return tellable.test(userName);
}
