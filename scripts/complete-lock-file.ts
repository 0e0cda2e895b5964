import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Adds to package-lock.json the optional packages of other platforms that npm has left out. npm leaves out what the
 * registry in use does not have (a partial mirror, say), and `npm ci` then refuses the lock file everywhere. The entries
 * carry no checksum: they are only fetched on the platform that they name.
 *
 * Run it after `npm install`, as `npm run lock`.
 */

interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockEntry> };

const missing = Object.values(lock.packages).flatMap(({ dev, optionalDependencies = {} }) =>
  Object.entries(optionalDependencies)
    // A range cannot be resolved without the registry; packages of platforms are always pinned.
    .filter(
      ([name, version]) => !(`node_modules/${name}` in lock.packages) && /^\d+\.\d+\.\d+$/.test(version),
    )
    .map(([name, version]) => [`node_modules/${name}`, platformEntry(name, version, dev)] as const),
);

const { '': root = {}, ...packages } = { ...lock.packages, ...Object.fromEntries(missing) };
const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(
  file,
  `${JSON.stringify({ ...lock, packages: { '': root, ...Object.fromEntries(sorted) } }, null, 2)}\n`,
);
process.stdout.write(`${missing.length} packages of other platforms added\n`);

/** `@scope/cli-linux-arm64-musl` → os linux, cpu arm64, libc musl. */
function platformEntry(name: string, version: string, dev: boolean | undefined): LockEntry {
  const platform =
    /(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)(-\w+)?$/.exec(
      name,
    );
  const [, os, cpu, variant = ''] = platform ?? [];
  const libc = variant.startsWith('-musl') ? ['musl'] : variant === '-gnu' ? ['glibc'] : undefined;
  return {
    version,
    ...(cpu && { cpu: [cpu] }),
    ...(dev && { dev }),
    optional: true,
    ...(os && { os: [os] }),
    ...(libc && { libc }),
  };
}
