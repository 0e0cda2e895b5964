import type { EventType } from './catalogue.ts';

/** The first tokens of every subject; tests put a prefix of their own in front of a stream of their own. */
export const subjectRoot = 'deskfleet.v1';

/** Events about the deployment as a whole: their subjects name no session. */
const ofDeployment: readonly EventType[] = [
  'deskfleet.schedule.tick.v1',
  'deskfleet.access.user-disabled.v1',
];

/**
 * The NATS subject of an event: `deskfleet.v1.<entity>.<fact>.<sessionId>`, or without an id for an event about the
 * deployment as a whole.
 * The version in the type (`.v1` at its end) is that of the payload; the one in the subject is that of the subject scheme.
 */
export function subjectOf(type: EventType, sessionId: string, root: string = subjectRoot): string {
  return ofDeployment.includes(type) ? `${root}.${factOf(type)}` : `${root}.${factOf(type)}.${sessionId}`;
}

/** The subject filter that matches the events of one type, whatever their session. */
export function subjectFilterOf(type: EventType, root: string = subjectRoot): string {
  return ofDeployment.includes(type) ? `${root}.${factOf(type)}` : `${root}.${factOf(type)}.*`;
}

/** `deskfleet.session.running.v1` → `session.running`. */
function factOf(type: EventType): string {
  return type.replace(/^deskfleet\./, '').replace(/\.v\d+$/, '');
}

/** `deskfleet.session.running.v1` → `session.running.v1`, the name of its JSON Schema. */
export function schemaNameOf(type: EventType): string {
  return type.replace(/^deskfleet\./, '');
}
