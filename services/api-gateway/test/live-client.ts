import type { CloudEvent } from '@deskfleet/contracts';
import { eventually } from '@deskfleet/testkit';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Gateway } from './gateway-fixture.ts';

export interface LiveClient {
  /** All that was heard so far. */
  heard: EventSourceMessage[];
  events(): CloudEvent[];
  /** Everything as it came, comments included. */
  text(): string;
  ended: Promise<void>;
  close(): void;
}

/** Listens to GET /v1/events; resolves once the stream has told its position. */
export async function listen(
  gateway: Gateway,
  user: string,
  { lastEventId, token }: { lastEventId?: string; token?: string } = {},
): Promise<LiveClient> {
  const closing = new AbortController();
  const response = await fetch(`${gateway.url}/v1/events`, {
    headers: {
      authorization: `Bearer ${token ?? (await gateway.issuer.token(user))}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: closing.signal,
  });
  if (response.status !== 200) throw new Error(await response.text());
  const heard: EventSourceMessage[] = [];
  let text = '';
  const parser = createParser({ onEvent: (message) => heard.push(message) });
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const part = decoder.decode(chunk as Uint8Array, { stream: true });
      text += part;
      parser.feed(part);
    }
  };
  const client: LiveClient = {
    heard,
    events: () => heard.map(({ data }) => JSON.parse(data) as CloudEvent),
    text: () => text,
    // A connection that is closed by either side ends it alike.
    ended: read().catch(() => {}),
    close: () => closing.abort(),
  };
  await eventually(() => /^id: /m.test(text));
  return client;
}
