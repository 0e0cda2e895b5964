import type { SSMClient } from '@aws-sdk/client-ssm';
import type { OperatingSystem } from '@deskfleet/contracts';
import type { Clock, Logger } from '@deskfleet/runtime';
import pMap from 'p-map';
import type { HostBatch, Hosts, HostToAsk } from '../../application/ports.ts';
import { CommandPatience } from '../../domain/command-patience.ts';
import type { HostReading } from '../../domain/observations.ts';
import { batchesOf } from './batches-of.ts';
import { CommandWatch } from './command-watch.ts';
import { FailedCalls } from './failed-calls.ts';
import { readInvocations } from './read-invocations.ts';
import { hostsPerCommand, type ProbeBatch, type ProbeCommand, sendProbe } from './send-probe.ts';

/** SSM takes some tens of calls a second of an account, which others share. */
const callsAtATime = 8;

export interface SsmHostObserverParts {
  ssm: SSMClient;
  /** The probe of each operating system (services/idle-monitor/probes). */
  scripts: Record<OperatingSystem, string>;
  /** How long answers are waited for at most. */
  waitSeconds: number;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
}

/** The desktops' hosts over SSM: one SendCommand and one ListCommandInvocations for 50 of them. */
export function createSsmHostObserver(parts: SsmHostObserverParts): Hosts {
  const patience = new CommandPatience(parts.waitSeconds * 1000);
  return {
    async observe(hosts, tell) {
      const sweep = new Sweep(parts, patience, tell);
      await sweep.ask(hosts);
    },
  };
}

class Sweep {
  readonly #parts: SsmHostObserverParts;
  readonly #tell: (batch: HostBatch) => Promise<void>;
  readonly #watch: CommandWatch;
  readonly #failed = new FailedCalls();
  readonly #failedLooks = new FailedCalls();
  readonly #tellErrors: unknown[] = [];

  constructor(
    parts: SsmHostObserverParts,
    patience: CommandPatience,
    tell: (batch: HostBatch) => Promise<void>,
  ) {
    this.#parts = parts;
    this.#tell = tell;
    this.#watch = new CommandWatch({
      ssm: parts.ssm,
      patience,
      readsAtATime: callsAtATime,
      read: (command) => this.#read(command),
      cannotLook: (error) => this.#failedLooks.add(error, 0),
    });
  }

  async ask(hosts: HostToAsk[]): Promise<void> {
    await pMap(probeBatches(hosts), (batch) => this.#send(batch), { concurrency: callsAtATime });
    await this.#watch.settled();
    const { logger } = this.#parts;
    this.#failed.log(logger, 'SSM could not be asked for the use of desktops: they count as used');
    this.#failedLooks.log(logger, 'SSM does not list commands: their answers are read as late as is allowed');
    if (this.#tellErrors.length > 0) throw this.#tellErrors[0];
  }

  async #send(batch: ProbeBatch): Promise<void> {
    const askedAt = this.#parts.clock.now().toJSDate();
    const unsent = new Set(batch.instanceIds);
    let reading: HostReading = { kind: 'unreachable' };
    try {
      await sendProbe(this.#parts, batch, (command) => {
        for (const id of command.instanceIds) unsent.delete(id);
        this.#watch.add(command);
      });
    } catch (error) {
      this.#failed.add(error, unsent.size);
      reading = { kind: 'unavailable' };
    }
    await this.#tellOf(askedAt, new Map([...unsent].map((id) => [id, reading])));
  }

  async #read(command: ProbeCommand): Promise<number[]> {
    const { askedAt, instanceIds } = command;
    try {
      const { readings, took } = await readInvocations(this.#parts.ssm, command);
      await this.#tellOf(askedAt, readings);
      return took;
    } catch (error) {
      this.#failed.add(error, instanceIds.length);
      await this.#tellOf(askedAt, new Map(instanceIds.map((id) => [id, { kind: 'unavailable' }])));
      return [];
    }
  }

  /** An error of one batch's listener keeps no other batch from being told of; it is thrown in the end. */
  async #tellOf(askedAt: Date, readings: Map<string, HostReading>): Promise<void> {
    if (readings.size === 0) return;
    try {
      await this.#tell({ askedAt, readings });
    } catch (error) {
      this.#tellErrors.push(error);
    }
  }
}

/**
 * Of one operating system each, as SSM's documents are. Hosts that were silent travel by themselves: one that is silent again
 * holds up its whole command, and must not hold up hosts that answer.
 */
function probeBatches(hosts: HostToAsk[]): ProbeBatch[] {
  const alike = Map.groupBy(hosts, ({ os, wasSilent }) => `${os} ${wasSilent}`);
  return [...alike.values()].flatMap((group) =>
    batchesOf(group, hostsPerCommand).flatMap((batch) => {
      const [first] = batch;
      const instanceIds = batch.map(({ instanceId }) => instanceId);
      return first ? [{ os: first.os, wasSilent: first.wasSilent, instanceIds }] : [];
    }),
  );
}
