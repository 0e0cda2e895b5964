import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { unpackDebianPackage } from './debian-package.ts';
import { withFileLock } from './file-lock.ts';
import { StartError } from './start-error.ts';

const run = promisify(execFile);

/** Checksums from the NATS maintainers' own image recipe: nats-io/nats-docker 2.10.x/alpine3.22/Dockerfile at ef05cf93. */
const RELEASE = {
  version: '2.10.29',
  sha256: {
    x64: 'e314da74a83a1d3876db8814c27eb990fe729640fd6452025b441bcede8390da',
    arm64: 'da4b27942ecfb4c5f0c54553d2e7f470ddda9d7581cfe8131b351a0e223ed401',
  } as Record<string, string>,
  goArch: { x64: 'amd64', arm64: 'arm64' } as Record<string, string>,
};

/** Settings of the search: where fetched programs are kept, the PATH to look along, and who hears of a fetch. */
export interface NatsSearch {
  cacheDir: string;
  searchPath: string;
  onProgress?: (line: string) => void;
}

/**
 * Path of a `nats-server` that runs here: on PATH, in the cache, or fetched into the cache once.
 * @throws StartError naming the ways to provide one
 */
export async function findNatsServer(search: NatsSearch): Promise<string> {
  const cached = path.join(search.cacheDir, 'nats-server');
  const present = (await onPath(search.searchPath)) ?? (await workingBinary(cached));
  if (present) return present;
  await mkdir(search.cacheDir, { recursive: true });
  return withFileLock(path.join(search.cacheDir, 'nats-server.lock'), async () => {
    return (await workingBinary(cached)) ?? (await fetchInto(cached, search));
  });
}

async function fetchInto(cached: string, search: NatsSearch): Promise<string> {
  search.onProgress?.('fetching nats-server (once)');
  const failures: string[] = [];
  const ways = process.platform === 'darwin' ? [withBrew] : [fromRelease, fromDebianPackage];
  for (const way of ways) {
    const work = await mkdtemp(path.join(search.cacheDir, 'fetch-'));
    try {
      const fetched = await way(work);
      await run(fetched, ['--version']);
      const complete = path.join(work, 'complete');
      await copyFile(fetched, complete);
      await rename(complete, cached);
      return cached;
    } catch (error) {
      failures.push(`${way.name}: ${lastLine(error)}`);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  throw new StartError(
    `No NATS server was found or could be fetched (${failures.join('; ')}): put nats-server 2.9 or newer on PATH (Debian: apt-get install nats-server; macOS: brew install nats-server; https://nats.io/download), or set NATS_URL to a running one with JetStream.`,
  );
}

async function fromRelease(work: string): Promise<string> {
  const sha256 = RELEASE.sha256[process.arch];
  if (process.platform !== 'linux' || !sha256)
    throw new Error(`no pinned release for ${process.platform} ${process.arch}`);
  const name = `nats-server-v${RELEASE.version}-linux-${RELEASE.goArch[process.arch]}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${RELEASE.version}/${name}.tar.gz`;
  const archive = await download(url);
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== sha256) throw new Error(`${url} has checksum ${found} instead of ${sha256}`);
  const file = path.join(work, 'nats-server.tar.gz');
  await writeFile(file, archive);
  await run('tar', ['-xzf', file, '-C', work]);
  return path.join(work, name, 'nats-server');
}

async function download(url: string): Promise<Buffer> {
  // Where the internet is closed off, connections hang rather than fail: the operating system's package is next.
  const answer = new AbortController();
  const noAnswer = setTimeout(() => answer.abort(new Error(`${url} did not answer within 5 s`)), 5_000);
  const response = await fetch(url, {
    signal: AbortSignal.any([answer.signal, AbortSignal.timeout(60_000)]),
  });
  clearTimeout(noAnswer);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

async function fromDebianPackage(work: string): Promise<string> {
  return path.join(await unpackDebianPackage('nats-server', work), 'usr/sbin/nats-server');
}

async function withBrew(): Promise<string> {
  await run('brew', ['install', 'nats-server'], { timeout: 300_000 });
  const { stdout } = await run('brew', ['--prefix', 'nats-server']);
  return path.join(stdout.trim(), 'bin/nats-server');
}

async function onPath(searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter).filter(Boolean)) {
    const found = await workingBinary(path.join(folder, 'nats-server'));
    if (found) return found;
  }
  return undefined;
}

async function workingBinary(file: string): Promise<string | undefined> {
  return access(file, constants.X_OK).then(
    () => file,
    () => undefined,
  );
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n').at(-1) ?? message;
}
