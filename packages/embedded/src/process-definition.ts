/** One process of the system: what to run, when it counts as ready, how it is asked to stop. */
export interface ProcessDefinition {
  name: string;
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  spawnOptions?: { uid?: number; gid?: number; cwd?: string };
  /** Asked every 50 ms while starting; must not throw. */
  isReady: () => Promise<boolean>;
  /** Tidies what a killed predecessor left; runs before every start. */
  beforeStart?: () => Promise<void>;
  stopSignal?: NodeJS.Signals;
  /** Higher stages are stopped first; processes of one stage together. Default 0. */
  stopStage?: number;
  /** Time to become ready, in milliseconds. */
  readyWithinMs?: number;
  /** Ends at start before it counts as unable to start. */
  startAttempts?: number;
  /** The sentence for a process that could not start, from its last lines of output. */
  explainFailure?: (lastLines: string) => string;
}

/** A line that a process wrote. */
export interface ProcessLine {
  name: string;
  stream: 'stdout' | 'stderr';
  line: string;
}

/** What happened to a process. */
export interface ProcessEvent {
  name: string;
  kind: 'started' | 'ready' | 'restarting' | 'stopped';
  pid?: number;
  detail?: string;
}
