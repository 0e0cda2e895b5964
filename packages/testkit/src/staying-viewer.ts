interface ViewerEvent {
  type: string;
  username?: string;
  reason?: string;
}

/** A browser that stays on a simulated desktop until the host closes its connection. */
export class StayingViewer {
  readonly username: string;
  /** What the page would say; null while it is connected. */
  closedWith: string | null = null;
  private readonly leaving: AbortController;

  private constructor(username: string, leaving: AbortController) {
    this.username = username;
    this.leaving = leaving;
  }

  /** @throws Error when the host does not let them in. */
  static async open(browserUrl: string): Promise<StayingViewer> {
    const url = new URL(browserUrl);
    const leaving = new AbortController();
    const answer = await fetch(`${url.origin}${url.pathname}connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sessionId: url.hash.slice(1), authToken: url.searchParams.get('authToken') }),
      signal: leaving.signal,
    });
    if (!answer.ok || !answer.body)
      throw new Error(`the desktop answered ${answer.status} ${await answer.text()}`);
    const events = eventsOf(answer.body);
    const { value: first } = await events.next();
    const viewer = new StayingViewer(first?.username ?? '', leaving);
    void viewer.stay(events);
    return viewer;
  }

  leave(): void {
    this.leaving.abort();
  }

  private async stay(events: AsyncGenerator<ViewerEvent>): Promise<void> {
    try {
      for await (const event of events)
        if (event.type === 'closed') this.closedWith = event.reason ?? 'closed';
      this.closedWith ??= 'the connection ended';
    } catch (error) {
      if (!this.leaving.signal.aborted) this.closedWith = String(error);
    }
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ViewerEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as ViewerEvent;
  }
}
