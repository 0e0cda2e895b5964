import Type, { type Static, type TSchema } from 'typebox';

/**
 * A CloudEvents 1.0 event in structured JSON (cloudevents.io, spec v1.0.2). `id` is a UUID v7 and serves as
 * `Nats-Msg-Id` and as inbox key; `correlationid` names the request that set things off, `causationid` the event
 * that led to this one.
 */
export const EnvelopeSchema = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({ format: 'uuid' }),
  source: Type.String({ pattern: '^/deskfleet/[a-z-]+$' }),
  type: Type.String(),
  subject: Type.String(),
  time: Type.String({ format: 'date-time' }),
  datacontenttype: Type.Literal('application/json'),
  dataschema: Type.String(),
  traceparent: Type.Optional(Type.String()),
  correlationid: Type.Optional(Type.String()),
  causationid: Type.Optional(Type.String()),
  data: Type.Unknown(),
});

/** An event whose payload is `Data`. */
export type CloudEvent<Type extends string = string, Data = unknown> = Omit<
  Static<typeof EnvelopeSchema>,
  'type' | 'data'
> & { type: Type; data: Data };

/** The JSON Schema of a whole event of one type, as subscribers get it. */
export function envelopeOf(type: string, data: TSchema): TSchema {
  return Type.Object({ ...EnvelopeSchema.properties, type: Type.Literal(type), data });
}

/** The media type in the NATS header `Content-Type`. */
export const cloudEventsMediaType = 'application/cloudevents+json';
