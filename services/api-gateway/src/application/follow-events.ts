import type { CloudEvent } from '@deskfleet/contracts';
import { Hearing, type SharedWhile } from '../domain/hearing.ts';
import type { Principal } from '../domain/principal.ts';
import type { StreamPosition } from '../domain/stream-position.ts';
import type { EventFeed, FeedEvent } from './event-feed.ts';

/** The stream itself, for positions that memory does not reach back to. */
export interface EventHistory {
  /**
   * Events after a position, oldest first, and how far the stream was looked at. Null when they cannot be told any
   * more: the stream is another one, or has forgotten what follows the position.
   */
  read(position: StreamPosition): Promise<{ events: FeedEvent[]; reached: number } | null>;
}

/** Where a listener's events go, in order. Each promise resolves when there is room for more. */
export interface ListenerSink {
  /** The listener has heard all that it may hear up to this position; it need not be told at once. */
  reached(position: StreamPosition): void;
  event(event: CloudEvent, position: StreamPosition): Promise<void>;
  /** Events may be missing in front of this position: the listener has to read again what it knows. */
  reset(position: StreamPosition): Promise<void>;
}

export interface Listener {
  principal: Principal;
  /** The last event that the listener has seen; null to begin with what comes now. */
  from: StreamPosition | null;
  sink: ListenerSink;
  signal: AbortSignal;
}

export interface EventSources {
  feed: EventFeed;
  history: EventHistory;
  /** What is shared with a user now. */
  sharedWith(user: string): Promise<SharedWhile[]>;
  /** Whether somebody has been disabled, as it is now: an event may be of a time before they were let in again. */
  isDisabled(principal: Principal): Promise<boolean>;
  now: () => number;
}

/** Events that are looked at between two turns for other listeners. */
const batch = 100;

/**
 * Tells a listener every event that it may hear after its position, until the signal is aborted. Nothing is queued for
 * a listener: it is told the next event when it has taken the one before.
 * Resolves early, with `too-slow`, when a listener has fallen behind what memory holds; it may come back and resume. With
 * `shut-out` when its user has been disabled.
 */
export async function followEvents(
  sources: EventSources,
  listener: Listener,
): Promise<'ended' | 'shut-out' | 'too-slow'> {
  const { feed } = sources;
  const { from, sink, signal } = listener;
  const start = await endOfFeed(feed, signal);
  if (start === null) return 'ended';
  let hearing = await hearingOf(sources, listener.principal);
  let position = from === null ? start : notAhead(from, start);
  let live = false;
  if (position !== from) sink.reached(position);
  while (hearing && !signal.aborted) {
    const step = await nextStep(sources, position, live);
    if (step.kind === 'too-slow') return 'too-slow';
    if (step.kind === 'lost') {
      position = step.resume;
      await sink.reset(position);
      hearing = await hearingOf(sources, listener.principal);
      continue;
    }
    live = step.live;
    if (live && step.events.length === 0) await feed.changed(signal);
    else {
      const end = { ...position, sequence: step.reached };
      const told = await tell(listener, step.events, { end, hearing, sources });
      if (told === 'shut-out') return 'shut-out';
      position = end;
    }
  }
  return hearing ? 'ended' : 'shut-out';
}

/**
 * What the listener may hear, by the records as they are now; null when nothing at all. To be asked when the beginning is
 * known: what changes from then on is told by an event that is still to come.
 */
async function hearingOf(sources: EventSources, principal: Principal): Promise<Hearing | null> {
  if (await sources.isDisabled(principal)) return null;
  return new Hearing(principal, await sources.sharedWith(principal.name));
}

/** Whoever says to have seen what is still to come would not be told of it, nor that they may hear no more. */
function notAhead(from: StreamPosition, end: StreamPosition): StreamPosition {
  return from.epoch === end.epoch && from.sequence > end.sequence ? end : from;
}

type Step =
  | { kind: 'events'; events: FeedEvent[]; reached: number; live: boolean }
  | { kind: 'lost'; resume: StreamPosition }
  | { kind: 'too-slow' };

async function nextStep(
  { feed, history }: EventSources,
  position: StreamPosition,
  live: boolean,
): Promise<Step> {
  const following = feed.after(position, batch);
  if (following.kind === 'events') {
    const reached = following.events.at(-1)?.sequence ?? position.sequence;
    return { kind: 'events', events: following.events, reached, live: true };
  }
  if (following.kind === 'older') {
    // Reading the stream for everybody who reads slowly would be slow for all.
    if (live) return { kind: 'too-slow' };
    const older = await history.read(position);
    if (older && older.reached > position.sequence) return { kind: 'events', ...older, live: false };
  }
  return { kind: 'lost', resume: feed.position() ?? position };
}

interface Telling {
  end: StreamPosition;
  hearing: Hearing;
  sources: EventSources;
}

async function tell(
  { principal, sink, signal }: Listener,
  events: readonly FeedEvent[],
  { end, hearing, sources }: Telling,
): Promise<'told' | 'shut-out'> {
  for (const { event, sequence } of events) {
    if (signal.aborted) break;
    if (hearing.mayBeShutOutBy(event) && (await sources.isDisabled(principal))) return 'shut-out';
    const position = { epoch: end.epoch, sequence };
    if (hearing.mayHear(event, sources.now())) await sink.event(event, position);
    else sink.reached(position);
  }
  return 'told';
}

/** Waits for the stream to be reached for the first time; null when the listener has gone before. */
async function endOfFeed(feed: EventFeed, signal: AbortSignal): Promise<StreamPosition | null> {
  while (!signal.aborted) {
    const position = feed.position();
    if (position) return position;
    await feed.changed(signal);
  }
  return null;
}
