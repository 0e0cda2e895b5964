import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Leash } from './leash.ts';
import type { ProcessDefinition, ProcessEvent, ProcessLine } from './process-definition.ts';
import { StartError } from './start-error.ts';
import { waitUntil } from './wait-until.ts';

const FIRST_RESTART_MS = 100;
const SLOWEST_RESTART_MS = 2_000;
// A process that ran this long was well: its next end starts the backoff anew.
const WELL_AFTER_MS = 10_000;
const STOP_WITHIN_MS = 15_000;
// sysexits.h: a configuration that cannot work does not work the next time either.
const EX_CONFIG = 78;
const KEPT_LINES = 20;
const SIGNALS_SURVIVED = new Set<NodeJS.Signals>(['SIGSTOP', 'SIGCONT', 'SIGUSR1', 'SIGUSR2']);

/** What a supervised process tells and uses. */
export interface ProcessHooks {
  leash: Leash;
  onLine: (line: ProcessLine) => void;
  onEvent: (event: ProcessEvent) => void;
  /** Longest pause before a process that keeps ending is started again; two seconds unless told. */
  slowestRestartMs?: number | undefined;
}

/** Keeps one process running: starts it again with growing pauses until it is told to stop. */
export class SupervisedProcess {
  readonly definition: ProcessDefinition;
  readonly #hooks: ProcessHooks;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #running: Promise<void> = Promise.resolve();
  #lastLines: string[] = [];
  #startsBeforeReady = 0;
  // Each start is a run; one is wanted that comes after the last signal to end.
  #run = 0;
  #readyRun = 0;
  #wantedRun = 1;
  #failed: ((reason: StartError) => void) | undefined;

  constructor(definition: ProcessDefinition, hooks: ProcessHooks) {
    this.definition = definition;
    this.#hooks = hooks;
  }

  get pid(): number | undefined {
    return this.#child?.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  /**
   * Resolves when the process is ready for the first time.
   * @throws StartError when it keeps ending or is not ready in time
   */
  async start(): Promise<void> {
    const failed = new Promise<never>((_, reject) => {
      this.#failed = reject;
    });
    this.#running = this.#keepRunning();
    this.#running.catch((error) => this.#failed?.(error));
    await Promise.race([this.ready(), failed]);
    this.#failed = undefined;
  }

  /**
   * Resolves when the process is ready; after `signal`, when its successor is.
   * @throws StartError when that takes longer than the definition allows
   */
  async ready(): Promise<void> {
    const { name, readyWithinMs = 30_000 } = this.definition;
    const signal = this.#stopping.signal;
    const isReady = async () => this.#readyRun >= this.#wantedRun;
    if (await waitUntil(isReady, { timeoutMs: readyWithinMs, intervalMs: 20, signal })) return;
    if (signal.aborted) throw new StartError(`${name} was stopped before it was ready.`);
    throw new StartError(this.#explain(`was not ready after ${Math.round(readyWithinMs / 1000)} s`));
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.pid) return;
    if (!SIGNALS_SURVIVED.has(signal)) this.#wantedRun = this.#run + 1;
    process.kill(this.pid, signal);
  }

  /** Asks the process to end, and ends it by force after 15 s, or at once with `force`. */
  async stop(options: { force?: boolean } = {}): Promise<void> {
    this.#stopping.abort();
    if (options.force) this.#signalGroup('SIGKILL');
    else this.#child?.kill(this.definition.stopSignal ?? 'SIGTERM');
    const timer = setTimeout(() => this.#signalGroup('SIGKILL'), STOP_WITHIN_MS);
    await this.#running.catch(() => undefined);
    clearTimeout(timer);
  }

  async #keepRunning(): Promise<void> {
    const slowestMs = this.#hooks.slowestRestartMs ?? SLOWEST_RESTART_MS;
    let pauseMs = Math.min(FIRST_RESTART_MS, slowestMs);
    while (!this.#stopping.signal.aborted) {
      const startedAt = performance.now();
      const ending = await this.#runOnce().catch((error: Error) => `could not be run (${error.message})`);
      if (this.#stopping.signal.aborted) break;
      this.#giveUpAtStart(ending);
      if (performance.now() - startedAt > WELL_AFTER_MS) pauseMs = Math.min(FIRST_RESTART_MS, slowestMs);
      this.#hooks.onEvent({ name: this.definition.name, kind: 'restarting', detail: ending });
      await delay(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, slowestMs);
    }
    this.#hooks.onEvent({ name: this.definition.name, kind: 'stopped' });
  }

  /** Runs the process to its end and tells how it ended. */
  async #runOnce(): Promise<string> {
    const { name, beforeStart, stopSignal = 'SIGTERM' } = this.definition;
    await beforeStart?.();
    if (this.#stopping.signal.aborted) return 'was not wanted any more';
    const child = this.#spawn();
    const ended = new AbortController();
    if (child.pid) {
      this.#hooks.leash.hold(child.pid, stopSignal);
      this.#hooks.onEvent({ name, kind: 'started', pid: child.pid });
      this.#announceReady(child.pid, ended.signal);
    }
    child.stdin?.on('error', () => {});
    const ending = await endingOf(child);
    ended.abort();
    if (child.pid) this.#hooks.leash.release(child.pid);
    return ending;
  }

  #spawn(): ChildProcess {
    const { command, args, env, spawnOptions } = this.definition;
    this.#run += 1;
    this.#lastLines = [];
    const child = spawn(command, args, {
      ...spawnOptions,
      env,
      // Our services drain when their standard input ends, which it does whatever way this process ends.
      stdio: ['pipe', 'pipe', 'pipe'],
      // Its own process group: Ctrl-C in the terminal reaches this process only, which stops the others in order.
      detached: true,
    });
    this.#child = child;
    this.#forward(child, 'stdout');
    this.#forward(child, 'stderr');
    return child;
  }

  async #announceReady(pid: number, ended: AbortSignal): Promise<void> {
    const { name, isReady } = this.definition;
    const run = this.#run;
    if (!(await waitUntil(isReady, { timeoutMs: Number.POSITIVE_INFINITY, signal: ended })) || ended.aborted)
      return;
    this.#readyRun = run;
    this.#hooks.onEvent({ name, kind: 'ready', pid });
  }

  #forward(child: ChildProcess, stream: 'stdout' | 'stderr'): void {
    const source = child[stream];
    if (!source) return;
    createInterface({ input: source }).on('line', (line) => {
      this.#lastLines = [...this.#lastLines.slice(1 - KEPT_LINES), line];
      this.#hooks.onLine({ name: this.definition.name, stream, line });
    });
  }

  #giveUpAtStart(ending: string): void {
    if (!this.#failed) return;
    this.#startsBeforeReady += 1;
    if (this.#child?.exitCode === EX_CONFIG) throw new StartError(this.#explain(ending));
    if (this.#startsBeforeReady >= (this.definition.startAttempts ?? 5))
      throw new StartError(this.#explain(ending));
  }

  #explain(ending: string): string {
    const lastLines = this.#lastLines.join('\n');
    if (this.definition.explainFailure) return this.definition.explainFailure(lastLines);
    const reason = reasonOf(this.#lastLines);
    return `${this.definition.name} could not start: it ${ending}${reason ? `, saying: ${reason}` : ''}.`;
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (!this.pid) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      this.#child?.kill(signal);
    }
  }
}

/** Waits for `close`, not `exit`, so that the last lines have been read. */
function endingOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be run (${error.message})`));
    child.once('close', (code, signal) =>
      resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`),
    );
  });
}

/** The line of a program's last words that says most: its own error, or else the last. */
function reasonOf(lines: readonly string[]): string | undefined {
  const telling = lines.findLast((line) => /"level":"fatal"|Error: /.test(line)) ?? lines.at(-1);
  return messageOf(telling)?.trim().replace(/\.$/, '');
}

/** The message of a JSON log line; any other line as it is. */
function messageOf(line: string | undefined): string | undefined {
  if (!line?.startsWith('{')) return line;
  try {
    const { msg } = JSON.parse(line) as { msg?: unknown };
    return typeof msg === 'string' ? msg : line;
  } catch {
    return line;
  }
}
