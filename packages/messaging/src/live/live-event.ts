import { type CloudEvent, EnvelopeSchema } from '@deskfleet/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import { Compile } from 'typebox/compile';

/** An event with its place in the stream. */
export interface LiveEvent {
  /** Names the stream that the sequence belongs to: a stream that was made again has another. Digits only. */
  epoch: string;
  sequence: number;
  event: CloudEvent;
}

const envelope = Compile(EnvelopeSchema);

/** Null for a message that is no event: anybody may publish to the stream, and one stray message must not stop readers. */
export function readLiveEvent(message: JsMsg, epoch: string): LiveEvent | null {
  try {
    const event: unknown = message.json();
    return envelope.Check(event) ? { epoch, sequence: message.seq, event: event as CloudEvent } : null;
  } catch {
    return null;
  }
}

/** The time at which the stream was made, to the nanosecond, as digits: fit for an event id `epoch:sequence`. */
export function epochOf(created: string): string {
  return created.replace(/\D/g, '');
}
