import { type EventType, subjectOf, subjectRoot } from '@deskfleet/contracts';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { v7 } from 'uuid';
import type { Gateway } from './gateway-fixture.ts';

/** Publishes an event as another service would, and returns its place in the stream. */
export async function publishAs(
  { environment }: Pick<Gateway, 'environment'>,
  type: EventType,
  data: { sessionId: string | null; owner: string | null } & Record<string, unknown>,
): Promise<number> {
  const connection = await connect({ servers: environment.NATS_URL ?? '' });
  try {
    const subject = subjectOf(type, data.sessionId ?? 'unknown');
    const event = eventOf(type, data);
    const prefix = environment.NATS_SUBJECT_PREFIX ?? subjectRoot;
    const ack = await jetstream(connection).publish(
      subject.replace(subjectRoot, prefix),
      JSON.stringify(event),
      { msgID: event.id },
    );
    return ack.seq;
  } finally {
    await connection.close();
  }
}

function eventOf(type: EventType, data: { sessionId: string | null }) {
  const state = type.split('.')[2] ?? '';
  return {
    specversion: '1.0',
    id: v7(),
    source: '/deskfleet/session-manager',
    type,
    subject: data.sessionId ?? 'unknown',
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: `http://localhost:8080/schemas/${type}.json`,
    data: {
      generation: 1,
      cause: 'reconciler',
      name: 'desk',
      os: 'linux',
      state,
      from: null,
      reason: null,
      instanceId: null,
      instanceType: 'm7i.large',
      ...data,
    },
  };
}
