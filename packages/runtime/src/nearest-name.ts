import { editDistance } from '@deskfleet/contracts';

/**
 * The candidate that was probably meant by a misspelt name, or null if none is close: at most a third of its letters
 * differ.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  let nearest: string | null = null;
  let nearestDistance = Math.floor(name.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate);
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}
