/** A start that failed for a reason the person at the terminal can fix; the message is the one sentence to print. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
