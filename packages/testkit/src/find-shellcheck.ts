import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, unpackDebianPackage, withFileLock } from '@deskfleet/embedded';

const run = promisify(execFile);

/** A `shellcheck` that runs here: on PATH, in the cache, or out of Debian's package once; else why there is none. */
export async function findShellcheck(): Promise<{ shellcheck: string } | { missing: string }> {
  const folder = cacheFolder(process.env);
  const cached = path.join(folder, 'shellcheck');
  for (const candidate of ['shellcheck', cached]) if (await runs(candidate)) return { shellcheck: candidate };
  await mkdir(folder, { recursive: true });
  return withFileLock(path.join(folder, 'shellcheck.lock'), async () => {
    if (await runs(cached)) return { shellcheck: cached };
    const work = await mkdtemp(path.join(folder, 'fetch-'));
    try {
      const complete = path.join(work, 'complete');
      await copyFile(
        path.join(await unpackDebianPackage('shellcheck', work), 'usr/bin/shellcheck'),
        complete,
      );
      await rename(complete, cached);
      return { shellcheck: cached };
    } catch (error) {
      return { missing: `shellcheck is neither on PATH nor to be had from apt (${String(error)})` };
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

async function runs(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}
