import { subjectRoot } from '@deskfleet/contracts';
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { StreamSettings } from './bus-settings.ts';

/** What a stream says of itself. */
export interface StreamState {
  /** When it was made, which tells it from an earlier stream of the same name. */
  created: string;
  firstSequence: number;
  /** 0 when it never held a message. */
  lastSequence: number;
}

const dayMilliseconds = 24 * 60 * 60 * 1_000;
/** Publishing again after a crash must fall into it; a relay's claim is far shorter. */
const duplicateWindowMilliseconds = 2 * 60 * 1_000;
/** err_code of JetStream's "stream not found". */
const streamNotFound = 10059;

export type StreamDefinition = ReturnType<typeof streamDefinition>;

/** Only what NATS 2.9 knows: no metadata, no compression. */
export function streamDefinition(settings: StreamSettings) {
  return {
    name: settings.name ?? 'DESKFLEET',
    subjects: [`${settings.subjectPrefix ?? subjectRoot}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos((settings.maxAgeDays ?? 30) * dayMilliseconds),
    duplicate_window: nanos(duplicateWindowMilliseconds),
    num_replicas: settings.replicas ?? 1,
  } as const satisfies Partial<StreamConfig>;
}

/** Makes the stream if it is missing, and brings its settings up to date. */
export async function ensureStream(jsm: JetStreamManager, wanted: StreamDefinition): Promise<StreamState> {
  const found = await findStream(jsm, wanted.name);
  if (found === null) return stateOf(await jsm.streams.add({ ...wanted, subjects: [...wanted.subjects] }));
  if (isUpToDate(found, wanted)) return stateOf(found);
  const { max_age, num_replicas, subjects, duplicate_window } = wanted;
  return stateOf(
    await jsm.streams.update(wanted.name, {
      max_age,
      num_replicas,
      duplicate_window,
      subjects: [...subjects],
    }),
  );
}

/** Null when there is no such stream. */
export async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | null> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === streamNotFound) return null;
    throw error;
  }
}

export function stateOf({ created, state }: StreamInfo): StreamState {
  return { created: String(created), firstSequence: state.first_seq, lastSequence: state.last_seq };
}

function isUpToDate({ config }: StreamInfo, wanted: StreamDefinition): boolean {
  return (
    config.max_age === wanted.max_age &&
    config.num_replicas === wanted.num_replicas &&
    config.duplicate_window === wanted.duplicate_window &&
    config.subjects.join() === wanted.subjects.join()
  );
}
