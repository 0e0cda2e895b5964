import { type ChildProcess, spawn } from 'node:child_process';

// Reads "+ PID SIGNAL" and "- PID" lines; when its stdin closes, the holder is gone, however it ended.
const LEASH_SCRIPT = `
held=
while read -r op pid signal; do
  rest=
  for entry in $held; do [ "\${entry%:*}" = "$pid" ] || rest="$rest $entry"; done
  held=$rest
  if [ "$op" = + ]; then held="$held $pid:$signal"; fi
done
for entry in $held; do kill -s "\${entry#*:}" "\${entry%:*}" 2>/dev/null; done
exit 0`;

/** Ends held processes when this process ends without having stopped them, even by SIGKILL. */
export interface Leash {
  /** Sends `signal` to `pid` once this process is gone. */
  hold(pid: number, signal: NodeJS.Signals): void;
  release(pid: number): void;
  close(): void;
}

/**
 * A small shell beside this process, so that it works on Linux and macOS alike and needs nothing of the held
 * processes: Postgres and NATS cannot watch their parent, and detached children survive it.
 */
export function createLeash(): Leash {
  const shell: ChildProcess = spawn('/bin/sh', ['-c', LEASH_SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Its own process group: the terminal's Ctrl-C must not end it before the processes it holds.
    detached: true,
  });
  shell.on('error', () => {});
  shell.stdin?.on('error', () => {});
  shell.unref();
  const send = (line: string) => shell.stdin?.writable && shell.stdin.write(`${line}\n`);
  return {
    hold: (pid, signal) => send(`+ ${pid} ${signal.replace('SIG', '')}`),
    release: (pid) => send(`- ${pid}`),
    close: () => shell.stdin?.end(),
  };
}
