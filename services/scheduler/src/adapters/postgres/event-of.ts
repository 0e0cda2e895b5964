import type { TypedEvent } from '@deskfleet/messaging';
import type { SessionFacts, Tell } from '../../domain/session-facts.ts';

/** What is told of a session, as the event that tells it. */
export function eventOf(facts: SessionFacts, tell: Tell, now: Date): TypedEvent {
  const { sessionId, owner, generation } = facts;
  const about = { sessionId, owner, generation };
  const observedAt = now.toISOString();
  switch (tell.what) {
    case 'start-due': {
      const { edgeAt, validUntil, keepOffFrom } = tell;
      const data = {
        ...about,
        ...edge(edgeAt, validUntil),
        observedAt,
        keepOffFrom: keepOffFrom.toISOString(),
      };
      return { type: 'deskfleet.schedule.start-due.v1', subject: sessionId, data };
    }
    case 'stop-due': {
      const { edgeAt, validUntil, stops: stopAtClose } = tell;
      const evenIfConnected = facts.stopAskedByOwner;
      const data = { ...about, ...edge(edgeAt, validUntil), observedAt, stopAtClose, evenIfConnected };
      return { type: 'deskfleet.schedule.stop-due.v1', subject: sessionId, data };
    }
    case 'stop-warning': {
      const data = { ...about, edgeAt: tell.edgeAt.toISOString(), stopsAt: tell.stopsAt.toISOString() };
      return { type: 'deskfleet.schedule.stop-warning.v1', subject: sessionId, data };
    }
    case 'expiry-announced': {
      const { stoppedSince, terminatesAt } = tell;
      const times = { stoppedSince: stoppedSince.toISOString(), terminatesAt: terminatesAt.toISOString() };
      return {
        type: 'deskfleet.schedule.expiry-announced.v1',
        subject: sessionId,
        data: { ...about, ...times },
      };
    }
    case 'stopped-too-long': {
      const sentence = `It was stopped for ${tell.keptHours} hours, and nobody started it.`;
      const reason = { code: 'expired', sentence };
      const data = { ...about, stoppedSince: tell.stoppedSince.toISOString(), observedAt, reason };
      return { type: 'deskfleet.schedule.stopped-too-long.v1', subject: sessionId, data };
    }
    default:
      return tell satisfies never;
  }
}

function edge(edgeAt: Date, validUntil: Date | null) {
  return { edgeAt: edgeAt.toISOString(), validUntil: validUntil?.toISOString() ?? null };
}
