/** What of a session's record counts as an open of its window besides the window's own. */
export interface OpeningRecord {
  /** When an edit, or the removal of a pause, last brought the session into its window. */
  scheduleOpenedAt: Date | null;
  /** No automatic start before this instant: its end inside a window opens that. */
  pauseUntil: Date | null;
}

/**
 * The instant from which a session counts as opened in its present window: the latest of the window's own open, an edit
 * that brought it in, and the end of a pause. Null: the window has been open always.
 * @param open the window's own open; with a start lead it may lie ahead. Null: it has none.
 */
export function effectiveOpen(
  open: Date | null,
  { scheduleOpenedAt, pauseUntil }: OpeningRecord,
  now: Date,
): Date | null {
  let latest = open;
  for (const instant of [scheduleOpenedAt, pauseUntil]) {
    if (instant !== null && instant <= now && (latest === null || instant > latest)) latest = instant;
  }
  return latest;
}
