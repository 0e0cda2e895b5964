import { IANAZone } from 'luxon';

/** All times here are milliseconds: instants since the epoch in UTC, local times as if their clock ran in UTC. */
const day = 86_400_000;
/** Offsets lie between −12 and +14 hours; a jump may be a whole day (a zone that changes sides of the date line). */
const reach = 2 * day;

/** An instant at which the zone's clocks are set. */
interface Jump {
  at: number;
  /** Offset from UTC from then on. */
  offset: number;
}

interface ZoneYear {
  /** Offset at the year's first instant. */
  offset: number;
  jumps: Jump[];
}

/**
 * Finding a jump takes hundreds of questions to the time zone database, and everything that is asked here needs them: so
 * each year of each zone is read once. What is kept is bounded by the zones that exist, and for each by `mostYears`.
 */
const years = new Map<string, Map<number, ZoneYear>>();
/** Beyond it, which only exceptions in far years reach, the years of a zone are read again. */
const mostYears = 100;

/** The first instant at which the clocks of the zone show this local time or a later one. */
export function firstInstantAt(zone: string, local: number): number {
  let { offset, jumps } = around(zone, local);
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
  const { offset: first, jumps } = around(zone, local);
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
  const { offset, jumps } = yearOf(zone, new Date(instant).getUTCFullYear());
  const passed = jumps.findLast(({ at }) => at <= instant);
  return instant + (passed?.offset ?? offset);
}

/** The offset long before, and all jumps that may matter to, a local time. */
function around(zone: string, local: number): ZoneYear {
  const from = local - reach;
  const until = local + reach;
  const firstYear = new Date(from).getUTCFullYear();
  const lastYear = new Date(until).getUTCFullYear();
  const first = yearOf(zone, firstYear);
  const all = firstYear === lastYear ? first.jumps : [...first.jumps, ...yearOf(zone, lastYear).jumps];
  const near = all.filter(({ at }) => at > from && at < until);
  const before = all.findLast(({ at }) => at <= from);
  return { offset: before?.offset ?? first.offset, jumps: near };
}

function yearOf(zone: string, year: number): ZoneYear {
  let known = years.get(zone);
  if (!known) {
    known = new Map();
    years.set(zone, known);
  }
  let found = known.get(year);
  if (!found) {
    found = readYear(IANAZone.create(zone), year);
    if (known.size >= mostYears) known.clear();
    known.set(year, found);
  }
  return found;
}

function readYear(zone: IANAZone, year: number): ZoneYear {
  const offsetAt = (instant: number) => Math.round(zone.offset(instant) * 60_000);
  const end = startOfYear(year + 1);
  const result: ZoneYear = { offset: offsetAt(startOfYear(year)), jumps: [] };
  let offset = result.offset;
  // No zone has set its clocks twice within a day.
  for (let from = startOfYear(year); from < end; from += day) {
    const next = offsetAt(from + day);
    if (next === offset) continue;
    const at = jumpBetween(offsetAt, from, from + day);
    // What happens at the first instant of the next year is told by that year's offset.
    if (at < end) result.jumps.push({ at, offset: next });
    offset = next;
  }
  return result;
}

/** Between two instants of different offsets, the first one with the later offset; to the second. */
function jumpBetween(offsetAt: (instant: number) => number, from: number, until: number): number {
  const before = offsetAt(from);
  let low = from;
  let high = until;
  while (high - low > 1_000) {
    const middle = low + Math.floor((high - low) / 2_000) * 1_000;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function startOfYear(year: number): number {
  // Date.UTC takes years below 100 for years of the twentieth century.
  return new Date(0).setUTCFullYear(year, 0, 1);
}
