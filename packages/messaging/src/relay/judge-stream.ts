import type { StreamState } from '../bus/event-stream.ts';

/** What a relay remembers of the stream that it last published to. */
export interface RememberedStream {
  created: string;
  /** Sequence of the newest of this service's messages that the stream acknowledged; 0 for none. */
  lastSequence: number;
}

export type StreamVerdict = 'first-seen' | 'same' | 'recreated' | 'behind';

/**
 * Whether the stream still holds what it acknowledged. `atRemembered` says whose message it now has where ours was
 * acknowledged: after a power cut the lost sequences are given again, so the number alone proves nothing.
 */
export function judgeStream(
  remembered: RememberedStream | null,
  stream: StreamState,
  atRemembered: 'ours' | 'foreign' | 'unknown',
): StreamVerdict {
  if (remembered === null) return 'first-seen';
  if (remembered.created !== stream.created) return 'recreated';
  if (stream.lastSequence < remembered.lastSequence) return 'behind';
  return atRemembered === 'foreign' ? 'behind' : 'same';
}
