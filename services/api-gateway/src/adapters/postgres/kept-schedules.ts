import type { Schedule } from '@deskfleet/contracts';

/** Most desktops have one of a few schedules; those with pages of exceptions are their own. */
const mostKept = 500;
const longestKept = 4_096;
const kept = new Map<string, Schedule>();

/**
 * The schedule that a column says. The same text is the same object, which nobody changes: a list of desktops with one
 * schedule reads it, and finds its next edge, once.
 */
export function scheduleOf(text: string): Schedule {
  const known = kept.get(text);
  if (known) return known;
  const schedule = JSON.parse(text) as Schedule;
  if (text.length > longestKept) return schedule;
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '');
  kept.set(text, schedule);
  return schedule;
}
