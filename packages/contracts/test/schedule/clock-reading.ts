/**
 * What the clocks of a zone show, by asking for the date and the time only: nothing here knows of offsets. Used to check
 * code that does.
 */
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC'];

/** What a zone's clock shows at each minute of the days around an instant, as minutes since its 1970-01-01T00:00. */
export interface ClockReading {
  from: number;
  shown: number[];
  /** The part in which no window matters that begins or ends outside the reading. */
  compared: { from: number; to: number };
}

export function readClockAround(zone: string, instant: number): ClockReading {
  const middle = Math.floor(instant / minute) * minute;
  const from = middle - 5 * day;
  return {
    from,
    shown: readMinutes(clockOf(zone), from, (10 * day) / minute),
    compared: { from: middle - 2 * day, to: middle + 2 * day },
  };
}

/** The instants at which a zone's clock is set, to the minute; found by looking at it every six hours. */
export function clockJumps(zone: string, from: number, to: number): number[] {
  const step = 6 * hour;
  const jumps: number[] = [];
  const show = clockOf(zone);
  let before = show(from);
  for (let at = from; at < to; at += step) {
    const after = show(at + step);
    if (after - before !== step) {
      const shown = readMinutes(show, at, step / minute + 1);
      const index = shown.findIndex(
        (local, minutes) => minutes > 0 && local !== (shown[minutes - 1] ?? 0) + 1,
      );
      jumps.push(at + index * minute);
    }
    before = after;
  }
  return jumps;
}

function readMinutes(show: (instant: number) => number, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.floor(show(from + index * minute) / minute));
}

/** What a zone's clock shows at an instant, as the instant at which the clock of UTC shows it. */
function clockOf(zone: string): (instant: number) => number {
  // 2026-03-29 02:30:00
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return (instant) => {
    const text = format.format(instant);
    const part = (from: number, to: number) => Number(text.slice(from, to));
    return Date.UTC(part(0, 4), part(5, 7) - 1, part(8, 10), part(11, 13), part(14, 16), part(17, 19));
  };
}
