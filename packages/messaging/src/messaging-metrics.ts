import { Counter, Gauge, type Registry } from 'prom-client';

/** What messaging counts; one set for each registry, whoever asks first. */
export interface MessagingMetrics {
  published: Counter<'schema'>;
  streamHealed: Counter<'schema'>;
  handled: Counter<'consumer' | 'outcome'>;
  deadLetters: Counter<'consumer'>;
  pruned: Counter<'table'>;
}

const ofRegistry = new WeakMap<Registry, MessagingMetrics>();

export function messagingMetrics(registry: Registry): MessagingMetrics {
  const known = ofRegistry.get(registry);
  if (known) return known;
  const registers = [registry];
  const metrics: MessagingMetrics = {
    published: new Counter({
      name: 'deskfleet_events_published_total',
      help: 'Events that JetStream has acknowledged.',
      labelNames: ['schema'],
      registers,
    }),
    streamHealed: new Counter({
      name: 'deskfleet_stream_healed_total',
      help: 'Times that the stream was found re-created or behind, and the outbox was published again.',
      labelNames: ['schema'],
      registers,
    }),
    handled: new Counter({
      name: 'deskfleet_events_handled_total',
      help: 'Events that a consumer is done with for now, by outcome: handled, duplicate, retry or dead.',
      labelNames: ['consumer', 'outcome'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'deskfleet_dead_letters_total',
      help: 'Events that could not be handled and wait for an administrator.',
      labelNames: ['consumer'],
      registers,
    }),
    pruned: new Counter({
      name: 'deskfleet_messaging_pruned_rows_total',
      help: 'Old rows that were deleted from the outbox and the inbox.',
      labelNames: ['table'],
      registers,
    }),
  };
  ofRegistry.set(registry, metrics);
  return metrics;
}

/** A gauge that is asked for at each scrape; one that cannot be told is left out, as the others still matter. */
export function addGauge(registry: Registry, name: string, help: string, read: () => Promise<number>): void {
  if (registry.getSingleMetric(name)) return;
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      try {
        this.set(await read());
      } catch {
        this.remove();
      }
    },
  });
}
