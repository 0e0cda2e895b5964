import type { Mount, OperatingSystem } from '@deskfleet/contracts';
import type { CodedFault } from './refusal.ts';

const kindsOf: Record<OperatingSystem, Mount['kind'][]> = {
  linux: ['nfs', 'efs', 'lustre'],
  windows: ['smb'],
};

/** What a kind's source has to look like; of the others, the file system itself is the judge. */
const sources: Partial<Record<Mount['kind'], { form: RegExp; example: string }>> = {
  nfs: { form: /^(\[[0-9a-fA-F:]+\]|[^:/]+):\//, example: '10.0.0.5:/export/projects' },
  smb: { form: /^\\\\[^\\]+\\[^\\]+/, example: '\\\\files.example.org\\projects' },
};

/** A file system mounted over one of these leaves a host that does not boot, or that nobody can sign in to. */
const systemFolders = new Set(
  [
    '',
    'bin',
    'boot',
    'dev',
    'etc',
    'lib',
    'lib64',
    'proc',
    'root',
    'run',
    'sbin',
    'sys',
    'tmp',
    'usr',
    'var',
  ].map((name) => `/${name}`),
);

/** Everything that is wrong with the file systems that hosts of a software stack are to mount. */
export function mountFaults(mounts: Mount[], os: OperatingSystem): CodedFault[] {
  const targets = mounts.map(({ target }) => target.replace(/\/+$/, '') || '/');
  return mounts.flatMap((mount, index) => {
    const pointer = `/mounts/${index}`;
    const fault = (field: keyof Mount, detail: string): CodedFault => ({
      code: 'mount-not-possible',
      pointer: `${pointer}/${field}`,
      detail,
    });
    const target = targets[index] ?? '';
    const whyNotTarget =
      targets.indexOf(target) < index ? `${target} is a target twice.` : whyNotAt(target, os);
    return [
      ...(kindsOf[os].includes(mount.kind) ? [] : [fault('kind', wrongKind(mount.kind, os))]),
      ...(isSource(mount)
        ? []
        : [
            fault('source', `A source of the kind ${mount.kind} looks like ${sources[mount.kind]?.example}.`),
          ]),
      ...(whyNotTarget ? [fault('target', whyNotTarget)] : []),
    ];
  });
}

function isSource({ kind, source }: Mount): boolean {
  return sources[kind]?.form.test(source) ?? true;
}

function wrongKind(kind: Mount['kind'], os: OperatingSystem): string {
  const system = os === 'linux' ? 'Linux' : 'Windows';
  return `${system} desktops do not mount ${kind} here; they mount ${kindsOf[os].join(', ')}.`;
}

function whyNotAt(target: string, os: OperatingSystem): string | null {
  if (os === 'windows')
    return /^[D-Z]:$/.test(target) ? null : 'On Windows the target is a drive, such as P:.';
  if (!target.startsWith('/')) return 'On Linux the target is an absolute path, such as /projects.';
  if (
    target
      .split('/')
      .slice(1)
      .some((part) => /^\.{0,2}$/.test(part)) &&
    target !== '/'
  ) {
    return `${target} must be a path without empty parts, "." and "..".`;
  }
  return systemFolders.has(target) ? `${target} belongs to the system; choose a folder of its own.` : null;
}
