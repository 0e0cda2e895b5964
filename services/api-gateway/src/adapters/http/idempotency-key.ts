import { hash } from 'node:crypto';
import Type from 'typebox';
import type { IdempotencyKey } from '../../application/ports.ts';

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x21-\\x7e]+$',
      description:
        'Printable ASCII without spaces. Sent again with the same body within 24 hours: same answer.',
    }),
  ),
});

/**
 * The request's key, if it has one, with what the request means: the order of its body's fields and white space do not
 * make another request. `route` is method and path, so that a key of one address is no key of another.
 */
export function idempotencyOf(
  headers: { 'idempotency-key'?: string },
  route: string,
  body: object,
): IdempotencyKey | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  const meaning = JSON.stringify([route, sortedFields(body)], (_name, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(sortedFields(value))
      : value,
  );
  return { key, requestHash: hash('sha256', meaning, 'base64url') };
}

function sortedFields(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
