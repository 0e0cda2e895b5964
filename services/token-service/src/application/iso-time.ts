import type { DateTime } from 'luxon';

/** RFC 3339 in UTC, as events and answers carry times. */
export function isoTime(time: DateTime): string {
  const text = time.toUTC().toISO();
  if (text === null) throw new Error('Not a time.');
  return text;
}
