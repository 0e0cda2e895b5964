/** What is due at one minute comes within seconds; a pass for each event would ask EC2 about the whole fleet each time. */
const gatherMilliseconds = 500;

/**
 * Makes one wake-up of those that come together. It comes late enough for the transaction in which it was asked for to
 * have committed; if that takes longer, the next regular pass sees what it did.
 */
export function gatherWakeUps(wake: () => void): { wake: () => void; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    wake() {
      timer ??= setTimeout(() => {
        timer = undefined;
        wake();
      }, gatherMilliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}
