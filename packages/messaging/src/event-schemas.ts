import { type DeskfleetEvent, type EventType, envelopeOf, eventCatalogue } from '@deskfleet/contracts';
import { Compile, type Validator } from 'typebox/compile';

const dataValidators = new Map<EventType, Validator>();
const eventValidators = new Map<EventType, Validator>();

/** What is wrong with the data of an event, or null. */
export function faultOfData(type: EventType, data: unknown): string | null {
  let validator = dataValidators.get(type);
  if (!validator) {
    validator = Compile(eventCatalogue[type]) as Validator;
    dataValidators.set(type, validator);
  }
  return validator.Check(data) ? null : describeErrors(validator, data);
}

export type ReadEvent<T extends EventType> =
  | { ok: true; event: DeskfleetEvent<T> }
  | { ok: false; fault: string; eventId: string | null };

/** Reads an event off the wire. Fields that this version does not know are kept and do no harm. */
export function readEvent<T extends EventType>(type: T, payload: string): ReadEvent<T> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return { ok: false, fault: 'The payload is not JSON.', eventId: null };
  }
  let validator = eventValidators.get(type);
  if (!validator) {
    validator = Compile(envelopeOf(type, eventCatalogue[type])) as Validator;
    eventValidators.set(type, validator);
  }
  if (validator.Check(parsed)) return { ok: true, event: parsed as DeskfleetEvent<T> };
  const { id } = (parsed ?? {}) as { id?: unknown };
  const fault = `The payload is no ${type}: ${describeErrors(validator, parsed)}`;
  return { ok: false, fault, eventId: typeof id === 'string' ? id : null };
}

/** Where and what, without the values: they may be long or private. */
function describeErrors(validator: Validator, value: unknown): string {
  const errors = validator
    .Errors(value)
    .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
  return `${errors.join('; ')}.`;
}
