import { cloudEventsMediaType, subjectRoot } from '@deskfleet/contracts';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { Acknowledged, OutboxRow } from './outbox-store.ts';

export interface PublishOutcome {
  acknowledged: Acknowledged;
  /** Lowest sequence that was newly given; null when the stream knew all rows already. */
  lowestNewSequence: number | null;
  /** The first error, if not all were acknowledged. */
  failure: Error | null;
}

/** JetStream answers within milliseconds; what it has not acknowledged by then is published again. */
const ackTimeoutMilliseconds = 3_000;

/** Publishes all rows at once and waits for the acknowledgements together. */
export async function publishRows(
  js: JetStreamClient,
  subjectPrefix: string,
  rows: readonly OutboxRow[],
): Promise<PublishOutcome> {
  const ids: string[] = [];
  let lastSequence = 0;
  let lowestNewSequence: number | null = null;
  let failure: Error | null = null;
  await Promise.all(
    rows.map(async ({ id, subject, event }) => {
      try {
        const ack = await js.publish(withPrefix(subject, subjectPrefix), event, {
          headers: headersOf(id),
          timeout: ackTimeoutMilliseconds,
        });
        ids.push(id);
        lastSequence = Math.max(lastSequence, ack.seq);
        if (!ack.duplicate) lowestNewSequence = Math.min(lowestNewSequence ?? ack.seq, ack.seq);
      } catch (error) {
        failure ??= error instanceof Error ? error : new Error(String(error));
      }
    }),
  );
  return {
    acknowledged: { ids, lastSequence },
    lowestNewSequence,
    failure,
  };
}

function headersOf(id: string) {
  const made = headers();
  made.set('Nats-Msg-Id', id);
  made.set('Content-Type', cloudEventsMediaType);
  return made;
}

/** The outbox has the subjects that subscribers know; a bus with another prefix moves them under its own. */
function withPrefix(subject: string, prefix: string): string {
  return prefix === subjectRoot ? subject : prefix + subject.slice(subjectRoot.length);
}
