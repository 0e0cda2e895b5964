/**
 * Calls to AWS that a reconcile pass has set off and does not wait for. A session with work under way is left alone by
 * the next pass.
 */
export class BackgroundWork {
  private readonly busy = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private readonly onDone: () => void;
  private readonly onError: (error: unknown) => void;

  /**
   * `onDone` is told when work has ended well, `onError` when it threw: a broken promise, never AWS's refusal. What threw
   * is taken up by the next regular pass; called at once, it might throw for ever and ask AWS each time.
   */
  constructor(onDone: () => void, onError: (error: unknown) => void) {
    this.onDone = onDone;
    this.onError = onError;
  }

  /** How many sessions have work under way. */
  get size(): number {
    return this.busy.size;
  }

  isBusy(sessionId: string): boolean {
    return this.busy.has(sessionId);
  }

  start(sessionIds: string[], work: () => Promise<void>): void {
    for (const id of sessionIds) this.busy.add(id);
    const settle = () => {
      for (const id of sessionIds) this.busy.delete(id);
      this.running.delete(run);
    };
    const run: Promise<void> = work().then(
      () => {
        settle();
        this.onDone();
      },
      (error: unknown) => {
        settle();
        this.onError(error);
      },
    );
    this.running.add(run);
  }

  /** Waits until everything under way has ended. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
