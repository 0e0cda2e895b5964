/** Lets a loop rest until something happens. What happened while it worked counts for the next rest. */
export interface WakeSignal {
  wake(): void;
  /** Ends at the next `wake`, at once if there was one since the last rest, or after the given time. */
  rest(milliseconds: number): Promise<void>;
}

export function createWakeSignal(): WakeSignal {
  let awake = false;
  let end: (() => void) | null = null;
  return {
    wake() {
      awake = true;
      end?.();
    },
    async rest(milliseconds) {
      if (!awake) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          end = resolve;
          timer = setTimeout(resolve, milliseconds);
        });
        clearTimeout(timer);
        end = null;
      }
      awake = false;
    },
  };
}
