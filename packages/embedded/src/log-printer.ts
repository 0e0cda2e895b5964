import { styleText } from 'node:util';
import { prettyFactory } from 'pino-pretty';
import type { ProcessEvent, ProcessLine } from './process-definition.ts';

const NAME_WIDTH = 'identity-provider'.length;
const COLOURS = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'cyanBright', 'magentaBright'] as const;

// The servers tell much that nobody asked for; these lines are worth reading.
const WORTH_READING: Readonly<Record<string, RegExp>> = {
  // Clients that come too early, or stay when the server goes, are told so by themselves.
  postgres: /\b(?:WARNING|ERROR|FATAL|PANIC):(?!\s+(?:the database system is|terminating connection))/,
  nats: /\[(?:WRN|ERR|FTL)\]/,
};
// The provider warns that it keeps log-ins in memory and speaks plain HTTP: on one machine it should.
const EXPECTED = /oidc-provider (?:WARNING|NOTICE):|^\s*$/;

// Levels by label, as our services write them, and by number, as pino does by default.
const SURPRISING = new Set<unknown>(['error', 'fatal', 50, 60]);

/** Prints the lines of all processes readably, each after its process's name. */
export function createLogPrinter(write: (text: string) => void, colour: boolean) {
  const names = new Map<string, string>();
  const pretty = prettyFactory({
    colorize: colour,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,service,name',
  });
  const prefix = (name: string) => {
    const known = names.get(name);
    if (known) return known;
    const padded = name.padEnd(NAME_WIDTH);
    const style = COLOURS[names.size % COLOURS.length] ?? 'cyan';
    const made = colour ? styleText(style, padded, { validateStream: false }) : padded;
    names.set(name, made);
    return made;
  };
  const print = (name: string, text: string) => write(`${prefix(name)} | ${text.trimEnd()}\n`);
  return {
    line({ name, line }: ProcessLine): void {
      const filter = WORTH_READING[name];
      if (filter ? !filter.test(line) : EXPECTED.test(line)) return;
      print(name, pretty(compact(line)));
    },
    event({ name, kind, detail, pid }: ProcessEvent): void {
      if (kind === 'restarting') print(name, `${detail}: starting it again`);
      if (kind === 'ready') print(name, `ready (process ${pid})`);
    },
  };
}

/** A JSON line with its error shortened: an expected fault to its message, a surprising one to its stack. */
function compact(line: string): string | Record<string, unknown> {
  if (!line.startsWith('{')) return line;
  try {
    const { err, ...entry } = JSON.parse(line) as Record<string, unknown>;
    if (typeof err !== 'object' || err === null) return line;
    const { type, message, stack } = err as Record<string, unknown>;
    return SURPRISING.has(entry.level)
      ? { ...entry, err: { type, message, stack } }
      : { ...entry, error: message };
  } catch {
    return line;
  }
}
