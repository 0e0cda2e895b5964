import { lastTransition, nextTransition, scheduledAt } from '@deskfleet/contracts';
import type { Logger } from '@deskfleet/runtime';
import {
  type ScheduleDeps,
  startWhenDue,
  stopWhenDue,
  terminateWhenExpired,
} from '../src/application/act-on-schedule.ts';
import type { ModelStore } from './model-store.ts';

/** The scheduler: it says what is due, and that arrives late, out of order, twice or never. */
export class ModelScheduler {
  private readonly said: { generation: number; arrives: () => Promise<void> }[] = [];
  private readonly store: ModelStore;
  private readonly deps: ScheduleDeps;

  constructor(store: ModelStore, logger: Logger) {
    this.store = store;
    this.deps = { change: (id, decide) => store.changeAutomatically('told', id, decide), logger };
  }

  /** An edge is due, or is told once more. */
  sayEdge(now: Date): void {
    const { schedule } = this.store.spec;
    const edgeAt = lastTransition(schedule, now)?.at.toISOString() ?? '';
    const validUntil = nextTransition(schedule, now)?.at.toISOString() ?? null;
    const about = { ...this.about(now), edgeAt, validUntil };
    const isOpen = scheduledAt(schedule, now);
    this.said.push({
      generation: about.generation,
      arrives: () =>
        isOpen
          ? startWhenDue(this.deps, { ...about, keepOffFrom: edgeAt })
          : stopWhenDue(this.deps, { ...about, stopAtClose: true, evenIfConnected: false }),
    });
  }

  /** The session has been at rest for too long. */
  sayExpiry(now: Date): void {
    const { state, stateSince } = this.store.status();
    if (state !== 'stopped' && state !== 'hibernated') return;
    const reason = { code: 'stopped-too-long', sentence: 'It was stopped for too long.' };
    const expiry = { ...this.about(now), stoppedSince: stateSince.toISOString(), reason };
    this.said.push({
      generation: expiry.generation,
      arrives: () => terminateWhenExpired(this.deps, expiry),
    });
  }

  /** One of the events that have not arrived yet, counted back from the last one; where it comes again, it stays. */
  async arrives(back: number, again: boolean): Promise<void> {
    if (this.said.length === 0) return;
    const at = this.said.length - 1 - (back % this.said.length);
    const [event] = again ? this.said.slice(at) : this.said.splice(at, 1);
    if (!event) return;
    this.store.toldSeq = event.generation;
    await event.arrives();
  }

  private about(now: Date) {
    const { sessionId, owner } = this.store.status();
    return { sessionId, owner, generation: this.store.generation(), observedAt: now.toISOString() };
  }
}
