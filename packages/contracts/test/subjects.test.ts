import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventTypes, schemaNameOf, subjectFilterOf, subjectOf } from '../src/index.ts';

const session = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10';

describe('subjects', () => {
  test('a subject names entity, fact and session', () => {
    expect(subjectOf('deskfleet.session.running.v1', session)).toBe(
      `deskfleet.v1.session.running.${session}`,
    );
    expect(subjectOf('deskfleet.access.connection-denied.v1', 'unknown')).toBe(
      'deskfleet.v1.access.connection-denied.unknown',
    );
  });

  test('a test may keep its events under a root of its own', () => {
    expect(subjectOf('deskfleet.session.running.v1', session, 't1.deskfleet.v1')).toBe(
      `t1.deskfleet.v1.session.running.${session}`,
    );
    expect(subjectFilterOf('deskfleet.session.running.v1', 't1.deskfleet.v1')).toBe(
      't1.deskfleet.v1.session.running.*',
    );
  });

  test.each(eventTypes)('the filter of %s matches its own subjects and those of no other type', (type) => {
    fc.assert(
      fc.property(fc.uuid(), fc.constantFrom(...eventTypes), (id, other) => {
        expect(matches(subjectFilterOf(type), subjectOf(other, id))).toBe(other === type);
      }),
    );
  });

  test('a subject about the whole deployment names no session', () => {
    expect(subjectOf('deskfleet.schedule.tick.v1', 'deployment')).toBe('deskfleet.v1.schedule.tick');
    expect(subjectFilterOf('deskfleet.schedule.tick.v1')).toBe('deskfleet.v1.schedule.tick');
  });

  const ofDeployment = new Set<string>(['deskfleet.schedule.tick.v1', 'deskfleet.access.user-disabled.v1']);
  const ofSessions = eventTypes.filter((type) => !ofDeployment.has(type));
  test.each(ofSessions)('%s can be followed for one desktop', (type) => {
    const entity = type.split('.')[1];
    expect(matches(`deskfleet.v1.${entity}.*.${session}`, subjectOf(type, session))).toBe(true);
  });

  test('every type has a schema name of its own', () => {
    expect(schemaNameOf('deskfleet.session.running.v1')).toBe('session.running.v1');
    expect(new Set(eventTypes.map(schemaNameOf)).size).toBe(eventTypes.length);
  });
});

/** NATS's own matching: tokens between dots, `*` stands for exactly one. */
function matches(filter: string, subject: string): boolean {
  const wanted = filter.split('.');
  const tokens = subject.split('.');
  return wanted.length === tokens.length && wanted.every((one, at) => one === '*' || one === tokens[at]);
}
