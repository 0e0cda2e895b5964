/**
 * First guess of how long a command takes from being sent to all its hosts having answered. SSM delivers within a second or
 * two; looking too early costs one call for 50 commands.
 */
const firstGuessMilliseconds = 2_500;
/** Of the longest wait, so that a short one is not over before the first look. */
const firstGuessShare = 1 / 12;
/** While nothing is known, each look comes when about twice the time has passed. */
const stepWhileUnknown = 1.1;
/** When it is known how long commands take, the rest cannot be far. */
const stepWhenKnown = 0.15;
/** Commands are rarely as fast as the last time to the millisecond, and SSM needs a moment to count an answer. */
const latenessShare = 0.03;
const latenessMilliseconds = 200;
/** A host that has not answered when others needed half as long is not waited for, but for some seconds always. */
const giveUpFactor = 1.5;
const leastPatienceMilliseconds = 8_000;

/**
 * When to look whether commands are done, and how long to wait for hosts that may never answer. It learns from one sweep how
 * long hosts take, so that the next needs one look. All times in milliseconds since a command was sent.
 */
export class CommandPatience {
  readonly #longest: number;
  readonly #firstGuess: number;
  #learned: number | null = null;

  constructor(longestMilliseconds: number) {
    this.#longest = longestMilliseconds;
    this.#firstGuess = Math.min(firstGuessMilliseconds, longestMilliseconds * firstGuessShare);
  }

  /** The least time between two looks; what would be given up within it may be given up at once. */
  get shortestPause(): number {
    return this.#firstGuess / 4;
  }

  firstLookAfter(): number {
    if (this.#learned === null) return this.#firstGuess;
    const expected = this.#learned * (1 + latenessShare) + latenessMilliseconds;
    return Math.min(Math.max(expected, this.shortestPause), this.#longest);
  }

  /** How long to wait until the next look; `half`: at least half of the hosts have answered. */
  pauseAfter(look: { sinceSent: number; half: boolean }): number {
    const known = look.half || this.#learned !== null;
    return Math.max(this.shortestPause, look.sinceSent * (known ? stepWhenKnown : stepWhileUnknown));
  }

  /** @param halfAfter when half of the hosts were seen to have answered; null: not yet. */
  giveUpAfter(halfAfter: number | null): number {
    if (halfAfter === null) return this.#longest;
    return Math.min(this.#longest, Math.max(leastPatienceMilliseconds, halfAfter * giveUpFactor));
  }

  /** How long each command of a sweep took until the last host that answered had done so. */
  learn(took: number[]): void {
    const inOrder = took.toSorted((a, b) => a - b);
    // Nine in ten commands: one slow host must not delay the next sweep, and the few others are seen by its next look.
    this.#learned = inOrder[Math.ceil(inOrder.length * 0.9) - 1] ?? this.#learned;
  }
}
