import { readdirSync, readFileSync } from 'node:fs';
import { CloudEvent } from 'cloudevents';
import Type, { type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import {
  type EventType,
  envelopeOf,
  eventCatalogue,
  eventTypes,
  schemaNameOf,
  subjectOf,
} from '../src/index.ts';

/**
 * One event of each type as it was when the type was first published; subscribers were built against it, so a golden
 * file is never edited. A field that is added later has to be optional (else the golden file fails its schema), and is
 * held from then on by a second file, `<schema name>.<what it adds>.json`.
 */
const folder = new URL('../golden/', import.meta.url);
const files = readdirSync(folder).sort();

interface WireEvent extends Record<string, unknown> {
  id: string;
  type: string;
  subject: string;
  dataschema: string;
  data: Record<string, unknown>;
}

function read(file: string): WireEvent {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as WireEvent;
}

function typeOfFile(file: string): EventType | undefined {
  return eventTypes.find(
    (type) => file === `${schemaNameOf(type)}.json` || file.startsWith(`${schemaNameOf(type)}.`),
  );
}

describe('golden events', () => {
  test.each(eventTypes)('%s has a golden file', (type) => {
    expect(files).toContain(`${schemaNameOf(type)}.json`);
  });

  test.each(files)('%s is of a type that is still published', (file) => {
    expect(typeOfFile(file)).toBeDefined();
    expect(read(file).type).toBe(typeOfFile(file));
  });

  test.each(files)('%s is valid under the schema of its type', (file) => {
    const event = read(file);
    const schema = envelopeOf(event.type, eventCatalogue[event.type as EventType]);
    expect(Value.Errors(schema, event)).toEqual([]);
  });

  test.each(files)('%s parses with the CNCF cloudevents SDK and keeps every attribute', (file) => {
    const event = read(file);
    const parsed = new CloudEvent(event);
    expect(parsed.validate()).toBe(true);
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(event);
  });

  test.each(files)('%s names its JSON Schema and a subject that NATS accepts', (file) => {
    const event = read(file);
    const type = event.type as EventType;
    expect(event.dataschema).toBe(`http://localhost:8080/schemas/${schemaNameOf(type)}.json`);
    expect(subjectOf(type, event.subject)).toMatch(/^deskfleet\.v1\.[a-z-]+\.[a-z-]+(\.[0-9a-f-]{36})?$/);
  });

  test.each(files)('%s has no property that its schema no longer has', (file) => {
    const event = read(file);
    const schema = envelopeOf(event.type, eventCatalogue[event.type as EventType]);
    expect(propertiesWithoutSchema(event, schema)).toEqual([]);
  });

  test('the rule notices a property that vanished, at the top and inside a union', () => {
    const schema = eventCatalogue['deskfleet.session.failed.v1'];
    const data = {
      ...read('session.failed.v1.json').data,
      gone: 1,
      reason: { code: 'c', sentence: 's', lost: 1 },
    };
    expect(propertiesWithoutSchema(data, schema)).toEqual(['/reason/lost', '/gone']);
  });

  test('no two golden events share an id', () => {
    const ids = files.map((file) => read(file).id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

/** JSON pointers of properties in `value` that `schema` does not name. */
function propertiesWithoutSchema(value: unknown, schema: TSchema, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    const items = alternativesOf(schema).flatMap((one) => one.items ?? []);
    return value.flatMap((inner, index) =>
      propertiesWithoutSchema(inner, Type.Union(items), `${at}/${index}`),
    );
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = alternativesOf(schema).flatMap((one) => one.properties?.[name] ?? []);
    if (known.length === 0) return [`${at}/${name}`];
    const perAlternative = known.map((one) => propertiesWithoutSchema(inner, one, `${at}/${name}`));
    return perAlternative.find((missing) => missing.length === 0) ?? perAlternative[0] ?? [];
  });
}

interface SchemaNode extends TSchema {
  properties?: Record<string, TSchema>;
  items?: TSchema;
  anyOf?: TSchema[];
}

function alternativesOf(schema: SchemaNode): SchemaNode[] {
  return schema.anyOf ? schema.anyOf.flatMap(alternativesOf) : [schema];
}
