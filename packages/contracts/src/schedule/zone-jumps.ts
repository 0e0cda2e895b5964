/**
 * All times here are milliseconds: instants since the epoch in UTC, local times as if their clock ran in UTC.
 *
 * Finding a jump takes dozens of questions to the time zone database, and everything asked here needs the jumps near a
 * time: so they are read once for each stretch of two months. Asking `Intl` for the offset by its name costs a sixth of
 * what luxon takes for the same, and refuses an unknown zone or an invalid time by a `RangeError`.
 */
const second = 1_000;
const quarter = 15 * 60 * second;
const day = 86_400_000;

/** The length of what is read at once: short enough to be cheap for one question, long enough to serve the next ones. */
const pageLength = 60 * day;
/** Offsets lie between −12 and +14 hours; a jump may be a whole day (a zone that changes sides of the date line). */
const reach = 2 * day;
/** No zone has set its clocks forth and back within less: the shortest since 1970 were seven days (Recife, 2000). */
const probeStep = (pageLength + 2 * reach) / 12;

/** Callers choose zones (in any spelling of upper and lower case) and years: what is kept for them must have bounds. */
// About 600 names exist; a formatter takes some 30 kB.
const keptZones = 700;
// A zone that is asked for a preview of 400 days has 8; what is forgotten is read again in some 60 µs.
const keptPages = 100;

/** An instant at which the zone's clocks are set. */
interface Jump {
  at: number;
  /** Offset from UTC from then on. */
  offset: number;
}

/** What matters to the times of one page: it reaches beyond them on both sides. */
interface Page {
  /** Offset at its first instant. */
  offset: number;
  jumps: Jump[];
}

interface Zone {
  offsetAt: (instant: number) => number;
  pages: Map<number, Page>;
}

const zones = new Map<string, Zone>();

/** The first instant at which the clocks of the zone show this local time or a later one. */
export function firstInstantAt(zone: string, local: number): number {
  let { offset, jumps } = pageOf(zone, local);
  for (const jump of jumps) {
    const instant = local - offset;
    if (instant < jump.at) return instant;
    offset = jump.offset;
    // The local time is in the gap that the jump makes.
    if (jump.at + offset >= local) return jump.at;
  }
  return local - offset;
}

/** The last instant at which the clocks of the zone show this local time or an earlier one. */
export function lastInstantAt(zone: string, local: number): number {
  const { offset: first, jumps } = pageOf(zone, local);
  for (let index = jumps.length - 1; index >= 0; index--) {
    const jump = jumps[index] as Jump;
    if (jump.at + jump.offset <= local) return local - jump.offset;
    const before = index > 0 ? (jumps[index - 1] as Jump).offset : first;
    if (jump.at + before <= local) return jump.at;
  }
  return local - first;
}

/** What the clocks of the zone show at an instant. */
export function localTimeOf(zone: string, instant: number): number {
  const { offset, jumps } = pageOf(zone, instant);
  const passed = jumps.findLast(({ at }) => at <= instant);
  return instant + (passed?.offset ?? offset);
}

/** @param time an instant or a local time, as a page serves both. */
function pageOf(name: string, time: number): Page {
  const zone =
    zones.get(name) ?? kept(zones, keptZones, name, { offsetAt: offsetsOf(name), pages: new Map() });
  const number = Math.floor(time / pageLength);
  return zone.pages.get(number) ?? kept(zone.pages, keptPages, number, readPage(zone.offsetAt, number));
}

/** Puts a value into a map of bounded size. A full one starts afresh, as nothing in it is dear. */
function kept<Key, Value>(map: Map<Key, Value>, bound: number, key: Key, value: Value): Value {
  if (map.size >= bound) map.clear();
  map.set(key, value);
  return value;
}

function readPage(offsetAt: (instant: number) => number, number: number): Page {
  const start = number * pageLength - reach;
  const end = start + pageLength + 2 * reach;
  const page: Page = { offset: offsetAt(start), jumps: [] };
  let offset = page.offset;
  for (let from = start; from < end; from += probeStep) {
    const next = offsetAt(from + probeStep);
    if (next !== offset) page.jumps.push({ at: jumpBetween(offsetAt, from, from + probeStep), offset: next });
    offset = next;
  }
  return page;
}

/** Between two instants of different offsets, the first one with the later offset; to the second. */
function jumpBetween(offsetAt: (instant: number) => number, from: number, until: number): number {
  // Nearly all jumps are at a full quarter of an hour, which takes half the questions.
  const at = jumpOnGrid(offsetAt, from, until, quarter);
  return offsetAt(at - second) === offsetAt(from) ? at : jumpOnGrid(offsetAt, at - quarter, at, second);
}

function jumpOnGrid(
  offsetAt: (instant: number) => number,
  from: number,
  until: number,
  grid: number,
): number {
  const before = offsetAt(from);
  let low = from;
  let high = until;
  while (high - low > grid) {
    const middle = low + Math.floor((high - low) / grid / 2) * grid;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** `Thu, GMT`, `… GMT+05:30`, and with seconds the mean times of long ago. */
const offsetForm = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** @throws RangeError if there is no such zone, or later for what is no instant. */
function offsetsOf(zone: string): (instant: number) => number {
  // Some other field is written in any case: the name of the day takes the least time.
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    timeZoneName: 'longOffset',
    weekday: 'short',
  });
  return (instant) => {
    const text = format.format(instant);
    const match = offsetForm.exec(text);
    if (!match) throw new Error(`The offset of ${zone} cannot be read from: ${text}`);
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
    const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
    return sign === '-' ? -size : size;
  };
}
