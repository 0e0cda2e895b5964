import path from 'node:path';

/** The repository's root. */
export const repositoryRoot = path.resolve(import.meta.dirname, '../../..');

/** Where fetched programs are kept: DESKFLEET_CACHE_DIR, else `.cache/` in the repository. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return path.resolve(env.DESKFLEET_CACHE_DIR || path.join(repositoryRoot, '.cache'));
}
