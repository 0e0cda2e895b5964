import { lastTransition, nextTransition, scheduledAt } from '@deskfleet/contracts';
import type { Logger } from '@deskfleet/runtime';
import { stopWhenIdle } from '../src/application/act-on-idleness.ts';
import { startWhenDue, stopWhenDue, terminateWhenExpired } from '../src/application/act-on-schedule.ts';
import type { AutomaticDeps } from '../src/application/automatic-changes.ts';
import type { ModelStore } from './model-store.ts';

/** The scheduler and the idle-monitor: what they say arrives late, out of order, twice or never. */
export class ModelClocks {
  private readonly said: { generation: number; arrives: () => Promise<void> }[] = [];
  private readonly store: ModelStore;
  private readonly deps: AutomaticDeps;

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

  /** The desktop was looked at: nobody is connected, and it has been left for long enough. */
  sayIdle(now: Date): void {
    const { schedule } = this.store.spec;
    const { state, desired } = this.store.status();
    if (state !== 'running' || desired !== 'running' || this.store.connected > 0) return;
    if (scheduledAt(schedule, now)) return;
    const about = this.about(now);
    const detected = {
      ...about,
      idleSince: about.observedAt,
      sentence: 'Unused.',
      measurements: { cpuPercent: 0, gpuPercent: null, connections: 0 },
    };
    this.said.push({
      generation: detected.generation,
      arrives: () => stopWhenIdle(this.deps, detected),
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
