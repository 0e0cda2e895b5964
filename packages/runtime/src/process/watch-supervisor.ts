/**
 * Calls `onGone` once when the process that started this one is gone: its IPC channel is cut or, without one, standard
 * input ends. Without it, a supervisor killed hard would leave services behind that hold their ports.
 */
export function watchSupervisor(onGone: () => void): void {
  if (process.channel) {
    process.once('disconnect', onGone);
    // Watching alone must not keep the process alive.
    process.channel.unref();
    return;
  }
  process.stdin.once('end', onGone);
  process.stdin.once('error', onGone);
  process.stdin.resume();
}
