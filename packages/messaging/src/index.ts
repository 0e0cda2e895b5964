export type { BusCredentials, BusOptions, StreamSettings } from './bus/bus-settings.ts';
export { type Bus, connectBus } from './bus/connect-bus.ts';
export type { StreamState } from './bus/event-stream.ts';
export type { BusConnection } from './bus/live-connection.ts';
export { type FollowSessionsOptions, followSessions } from './consumer/follow-sessions.ts';
export { type Consumer, type ConsumerOptions, startConsumer } from './consumer/start-consumer.ts';
export {
  createEventWriter,
  type EventWriter,
  type EventWriterOptions,
  InvalidEventError,
  type NewEvent,
  type TypedEvent,
} from './event-writer.ts';
export { epochOf, type LiveEvent } from './live/live-event.ts';
export type { EventRange, RangeRequest } from './live/read-range.ts';
export { type LiveReader, type LiveReaderOptions, startLiveReader } from './live/start-live-reader.ts';
export { type Pruning, type PruningOptions, startPruning } from './prune-messages.ts';
export { type Relay, type RelayOptions, startRelay } from './relay/start-relay.ts';
export { type DeadLetterReplay, type ReplayOutcome, replayDeadLetter } from './replay-dead-letter.ts';
