/**
 * A place in the stream of events, as clients name it in `Last-Event-ID`: `epoch:sequence`. The epoch changes when the
 * stream is made again, as its numbers then start again.
 */
export interface StreamPosition {
  epoch: string;
  sequence: number;
}

export function formatPosition({ epoch, sequence }: StreamPosition): string {
  return `${epoch}:${sequence}`;
}

/** Null when the text is no position. */
export function parsePosition(text: string): StreamPosition | null {
  const match = /^([\w-]{1,64}):(\d{1,15})$/.exec(text);
  return match?.[1] ? { epoch: match[1], sequence: Number(match[2]) } : null;
}
