import { createLeash } from './leash.ts';
import type { ProcessDefinition, ProcessEvent, ProcessLine } from './process-definition.ts';
import { StartError } from './start-error.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** Starts processes, keeps them running, and stops them stage by stage. */
export interface Supervisor {
  /** Resolves when the process is ready. @throws StartError when it cannot start */
  start(definition: ProcessDefinition): Promise<void>;
  /** The process id of a running process. */
  pid(name: string): number | undefined;
  /** Signals a process, which is started again when it ends. */
  kill(name: string, signal: NodeJS.Signals): void;
  /** Resolves when the process of this name is ready (again). */
  ready(name: string): Promise<void>;
  names(): string[];
  /** Stops all, the highest stage first; with `force` all at once by SIGKILL. Safe to call again. */
  stop(options?: { force?: boolean }): Promise<void>;
}

export function createSupervisor(hooks: {
  onLine: (line: ProcessLine) => void;
  onEvent: (event: ProcessEvent) => void;
  slowestRestartMs?: number | undefined;
}): Supervisor {
  const leash = createLeash();
  const processes = new Map<string, SupervisedProcess>();
  let stopping = false;
  const find = (name: string) => {
    const found = processes.get(name);
    if (found) return found;
    throw new Error(`There is no process "${name}"; there are ${[...processes.keys()].join(', ')}.`);
  };
  return {
    async start(definition) {
      if (stopping) throw new StartError('Deskfleet was stopped before it was ready.');
      const supervised = new SupervisedProcess(definition, { leash, ...hooks });
      processes.set(definition.name, supervised);
      await supervised.start();
    },
    pid: (name) => find(name).pid,
    kill: (name, signal) => find(name).signal(signal),
    ready: (name) => find(name).ready(),
    names: () => [...processes.keys()],
    async stop(options = {}) {
      stopping = true;
      const stages = new Set([...processes.values()].map(stageOf));
      const inOrder = options.force ? [undefined] : [...stages].sort((a, b) => b - a);
      for (const stage of inOrder) {
        const together = [...processes.values()].filter(
          (one) => stage === undefined || stageOf(one) === stage,
        );
        await Promise.all(together.map((supervised) => supervised.stop(options)));
      }
      leash.close();
    },
  };
}

function stageOf(supervised: SupervisedProcess): number {
  return supervised.definition.stopStage ?? 0;
}
