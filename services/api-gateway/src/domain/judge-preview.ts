import type { CodedFault } from './refusal.ts';

export interface PreviewRange {
  from: Date;
  to: Date;
}

const mostDays = 400;
const [earliest, end] = [Date.UTC(1970, 0, 1), Date.UTC(10_000, 0, 1)];

/** What is wrong with the time that a preview is wanted of. */
export function previewFaults({ from, to }: PreviewRange): CodedFault[] {
  const outside = Object.entries({ from, to }).filter(
    ([, instant]) => !(instant.getTime() >= earliest && instant.getTime() < end),
  );
  if (outside.length > 0) {
    return outside.map(([field]) => {
      const detail = `The field '${field}' must be an instant of the years 1970 to 9999.`;
      return { code: 'preview-out-of-range', pointer: `/${field}`, detail };
    });
  }
  if (to < from) {
    const detail = "The field 'to' must not be before 'from'.";
    return [{ code: 'preview-out-of-range', pointer: '/to', detail }];
  }
  if (to.getTime() - from.getTime() > mostDays * 86_400_000) {
    const detail = `A preview is of at most ${mostDays} days. Ask for the rest by another request.`;
    return [{ code: 'preview-too-long', pointer: '/to', detail }];
  }
  return [];
}
