import { plus } from './settings.ts';

/**
 * When a desktop is started for a window that opens later, so that it is ready by then. Desktops that share a window
 * are spread over the first half of the lead, as EC2 refills its starts at two a second; the second half is for booting.
 * @param lead in milliseconds
 */
export function startBefore(open: Date, lead: number, sessionId: string): Date {
  return plus(open, -lead + Math.floor((lead / 2) * placeInCrowd(sessionId)));
}

/** In [0, 1), the same for a session each time. The end of a UUID v7 is random. */
function placeInCrowd(sessionId: string): number {
  return Number.parseInt(sessionId.replaceAll('-', '').slice(-8), 16) / 2 ** 32;
}
