import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, paginateListCommands, type SSMClient } from '@aws-sdk/client-ssm';
import { monotonicMilliseconds } from '@deskfleet/runtime';
import pMap from 'p-map';
import type { CommandPatience } from '../../domain/command-patience.ts';
import type { ProbeCommand } from './send-probe.ts';

const commandsPerPage = 50;
/** The first look waits for commands that are sent a little later, so that one look serves all of a sweep. */
const longestGatheringMilliseconds = 1_500;
/** InvokedAfter is in whole seconds. */
const listedBeforeMilliseconds = 1_000;

export interface CommandWatchParts {
  ssm: SSMClient;
  patience: CommandPatience;
  readsAtATime: number;
  /** Reads the answers of a command, once. Resolves to how long its hosts took (`CommandAnswers.took`); never throws. */
  read(command: ProbeCommand): Promise<number[]>;
  /** ListCommands failed: commands are now read when their time is over. */
  cannotLook(error: unknown): void;
}

interface WatchedCommand extends ProbeCommand {
  /** How old it was when it was last seen not to be done. */
  openAt: number;
}

/**
 * Waits for the commands of one sweep. One ListCommands tells of 50 commands at once whether they are done; only those that
 * are, or whose time is over, are read. Commands may be added while others are waited for.
 */
export class CommandWatch {
  readonly #parts: CommandWatchParts;
  readonly #open = new Map<string, WatchedCommand>();
  readonly #took: number[] = [];
  #hosts = 0;
  #hostsRead = 0;
  #halfAfter: number | null = null;
  #watching: Promise<void> | null = null;

  constructor(parts: CommandWatchParts) {
    this.#parts = parts;
  }

  add(command: ProbeCommand): void {
    this.#open.set(command.commandId, { ...command, openAt: 0 });
    this.#hosts += command.instanceIds.length;
    this.#watching ??= this.#watch();
  }

  /** Resolves when every command that was added has been read. */
  async settled(): Promise<void> {
    await this.#watching;
    this.#parts.patience.learn(this.#took);
  }

  async #watch(): Promise<void> {
    await this.#untilFirstLook();
    for (;;) {
      const allOver = [...this.#open.values()].every((command) => this.#isOver(command));
      const done = new Set(allOver ? [] : await this.#look());
      const ready = [...this.#open.values()].filter(
        (command) => done.has(command.commandId) || this.#isOver(command),
      );
      for (const { commandId } of ready) this.#open.delete(commandId);
      const read = (command: WatchedCommand) => this.#read(command, done.has(command.commandId));
      await pMap(ready, read, { concurrency: this.#parts.readsAtATime });
      if (this.#open.size === 0) {
        // Not later than this is seen: a command that is added next starts the watch anew.
        this.#watching = null;
        return;
      }
      await sleep(this.#pause());
    }
  }

  #isOver(command: WatchedCommand): boolean {
    const { patience } = this.#parts;
    return ageOf(command) >= patience.giveUpAfter(this.#halfAfter) - patience.shortestPause;
  }

  async #untilFirstLook(): Promise<void> {
    for (;;) {
      const sentAt = [...this.#open.values()].map((command) => command.sentAt);
      const gathered = Math.min(Math.max(...sentAt), Math.min(...sentAt) + longestGatheringMilliseconds);
      const wait = gathered + this.#parts.patience.firstLookAfter() - monotonicMilliseconds();
      if (wait <= 0) return;
      await sleep(wait);
    }
  }

  /** Ids of the commands that are done. */
  async #look(): Promise<string[]> {
    const unseen = new Set(this.#open.keys());
    const done: string[] = [];
    const earliest = Math.min(...[...this.#open.values()].map(({ requestedAt }) => requestedAt.getTime()));
    const value = new Date(earliest - listedBeforeMilliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
    let answered = this.#hostsRead;
    // What is told was true when the look began, however long its pages take.
    const lookedAt = monotonicMilliseconds();
    const oldestAge = this.#oldestAge();
    try {
      const config = { client: this.#parts.ssm, pageSize: commandsPerPage };
      const input = { Filters: [{ key: 'InvokedAfter' as const, value }] };
      for await (const { Commands = [] } of paginateListCommands(config, input)) {
        for (const command of Commands) {
          if (!unseen.delete(command.CommandId ?? '')) continue;
          answered += command.CompletedCount ?? 0;
          if (this.#isDone(command, lookedAt)) done.push(command.CommandId ?? '');
        }
        if (unseen.size === 0) break;
      }
    } catch (error) {
      this.#parts.cannotLook(error);
    }
    if (answered * 2 >= this.#hosts) this.#halfAfter ??= oldestAge;
    return done;
  }

  #isDone({ CommandId = '', CompletedCount = 0 }: Command, lookedAt: number): boolean {
    const watched = this.#open.get(CommandId);
    if (!watched) return false;
    const done = CompletedCount >= watched.instanceIds.length;
    if (!done) watched.openAt = lookedAt - watched.sentAt;
    return done;
  }

  async #read(command: WatchedCommand, isDone: boolean): Promise<void> {
    const readAt = ageOf(command);
    const took = await this.#parts.read(command);
    this.#hostsRead += command.instanceIds.length;
    // What a host says that is impossible was said by a wrong clock, and would make every sweep wait longer than the last.
    const possible = took.filter((milliseconds) => milliseconds > 0 && milliseconds <= readAt);
    if (isDone && possible.length > 0) this.#took.push(Math.max(command.openAt, ...possible));
  }

  #oldestAge(): number {
    return Math.max(...[...this.#open.values()].map(ageOf));
  }

  /** Until the next look, or until the first command's time is over. */
  #pause(): number {
    const { patience } = this.#parts;
    const sinceSent = this.#oldestAge();
    const untilOver = patience.giveUpAfter(this.#halfAfter) - sinceSent;
    const pause = patience.pauseAfter({ sinceSent, half: this.#halfAfter !== null });
    return Math.max(patience.shortestPause, Math.min(pause, untilOver));
  }
}

const ageOf = ({ sentAt }: ProbeCommand) => monotonicMilliseconds() - sentAt;
