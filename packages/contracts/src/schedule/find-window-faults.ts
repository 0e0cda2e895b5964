import type { ScheduleWindow } from './schedule.ts';
import type { ScheduleFault } from './schedule-fault.ts';

/** More windows of one day than anybody has breaks. */
const mostWindows = 4;
const minutesOfDay = 24 * 60;
const form = 'Write HH:MM, from 00:00 to 23:59';

/** What is wrong with the windows of one day. What the next day does is its own affair. */
export function windowFaults(windows: ScheduleWindow[], pointer: string): ScheduleFault[] {
  const count = windows.length;
  if (count === 0 || count > mostWindows) {
    const detail = `A custom day has one to ${mostWindows} windows; this one has ${count}. A day without any is "stop-all-day".`;
    return [{ pointer, code: 'window-count', detail }];
  }
  const earlier: Span[] = [];
  return windows.flatMap((window, index) => {
    const at = `${pointer}/${index}`;
    const span = spanOf(window);
    if (!span) return timeFaults(window, at);
    if (span.start === span.end) return [emptyWindow(window, at)];
    const other = earlier.find(({ start, end }) => start < span.end && span.start < end);
    earlier.push(span);
    return other ? [overlap(span, other, at)] : [];
  });
}

/** A window in minutes since the midnight of its day; it may end on the next day. */
interface Span {
  start: number;
  end: number;
  shown: string;
}

/** Null when one of its times is none. A window that ends when it starts has no minutes. */
function spanOf(window: ScheduleWindow): Span | null {
  const start = minutesOf(window.start);
  const end = window.end === '24:00' ? minutesOfDay : minutesOf(window.end);
  if (start === null || end === null) return null;
  return { start, end: end < start ? end + minutesOfDay : end, shown: shownOf(window) };
}

function minutesOf(text: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}

function timeFaults({ start, end }: ScheduleWindow, pointer: string): ScheduleFault[] {
  const code = 'invalid-time';
  const faults: ScheduleFault[] = [];
  if (minutesOf(start) === null) {
    faults.push({ pointer: `${pointer}/start`, code, detail: `'${start}' is no time of day. ${form}.` });
  }
  if (minutesOf(end) === null && end !== '24:00') {
    const detail = `'${end}' is no time of day. ${form}; 24:00 is the end of the day.`;
    faults.push({ pointer: `${pointer}/end`, code, detail });
  }
  return faults;
}

function emptyWindow(window: ScheduleWindow, pointer: string): ScheduleFault {
  const detail = `The window ${shownOf(window)} ends when it starts. A whole day is "run-all-day", or 00:00 to 24:00.`;
  return { pointer, code: 'empty-window', detail };
}

function overlap(window: Span, other: Span, pointer: string): ScheduleFault {
  const detail = `The windows ${other.shown} and ${window.shown} of one day overlap. Make them one, or move one of them.`;
  return { pointer, code: 'overlapping-windows', detail };
}

function shownOf({ start, end }: ScheduleWindow): string {
  return `${start}–${end}`;
}
