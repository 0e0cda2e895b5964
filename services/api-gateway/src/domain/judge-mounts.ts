import type { Mount, OperatingSystem } from '@deskfleet/contracts';
import type { CodedFault } from './refusal.ts';

/** `server:/path`, the server being a name, an IPv4 address or an IPv6 address in brackets. */
const nfs = { form: /^(\[[0-9a-fA-F:]+\]|[^:/]+):\//, example: '10.0.0.5:/export/projects' };

/** What a kind's source has to look like; whether it is there, the host finds out. */
const sources: Record<Mount['kind'], { form: RegExp; example: string }> = {
  nfs,
  'fsx-openzfs': nfs,
  'fsx-ontap': nfs,
  'fsx-lustre': { form: /^[^@/]+@tcp:\//, example: 'fs-0123abcd.fsx.eu-central-1.amazonaws.com@tcp:/name' },
  efs: { form: /^(fs-[0-9a-f]+(:\/.*)?|[^:/]+:\/.*)$/, example: 'fs-0123456789abcdef0:/projects' },
};

/** A file system mounted over one of these leaves a host that does not boot, or that nobody can sign in to. */
const systemFolders = new Set(
  ' bin boot dev etc lib lib64 proc root run sbin sys tmp usr var'.split(' ').map((name) => `/${name}`),
);

/** Everything that is wrong with the file systems that hosts of a software stack are to mount. */
export function mountFaults(mounts: Mount[], os: OperatingSystem): CodedFault[] {
  const targets = mounts.map(({ target }) => target.replace(/\/+$/, '') || '/');
  return mounts.flatMap((mount, index) => {
    const fault = (field: keyof Mount, detail: string): CodedFault => ({
      code: 'mount-not-possible',
      pointer: `/mounts/${index}/${field}`,
      detail,
    });
    if (os === 'windows') return [fault('kind', 'Windows desktops mount shares in the hook script.')];
    const target = targets[index] ?? '';
    const whyNotTarget = targets.indexOf(target) < index ? `${target} is a target twice.` : whyNotAt(target);
    const { form, example } = sources[mount.kind];
    return [
      ...(form.test(mount.source)
        ? []
        : [fault('source', `A source of the kind ${mount.kind} looks like ${example}.`)]),
      ...(whyNotTarget ? [fault('target', whyNotTarget)] : []),
    ];
  });
}

function whyNotAt(target: string): string | null {
  const parts = target.split('/').slice(1);
  if (target !== '/' && parts.some((part) => /^\.{0,2}$/.test(part))) {
    return `${target} must be a path without empty parts, "." and "..".`;
  }
  return systemFolders.has(target) ? `${target} belongs to the system; choose a folder of its own.` : null;
}
