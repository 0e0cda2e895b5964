/**
 * Calls to AWS that a reconcile pass has set off and does not wait for. A session with work under way is left alone by
 * the next pass.
 */
export class BackgroundWork {
  private readonly busy = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private readonly onDone: () => void;
  private readonly onError: (error: unknown) => void;

  /** `onDone` is told when work has ended, `onError` when it threw: a broken promise, never AWS's refusal. */
  constructor(onDone: () => void, onError: (error: unknown) => void) {
    this.onDone = onDone;
    this.onError = onError;
  }

  isBusy(sessionId: string): boolean {
    return this.busy.has(sessionId);
  }

  start(sessionIds: string[], work: () => Promise<void>): void {
    for (const id of sessionIds) this.busy.add(id);
    const run = work()
      .catch(this.onError)
      .finally(() => {
        for (const id of sessionIds) this.busy.delete(id);
        this.running.delete(run);
        this.onDone();
      });
    this.running.add(run);
  }

  /** Waits until everything under way has ended. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
