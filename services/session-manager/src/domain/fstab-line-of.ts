import type { Mount } from '@deskfleet/contracts';

/** What AWS recommends for each kind, in its user guides; for plain NFS, what survives a server's restart. */
const recommended: Record<Mount['kind'], string> = {
  efs: 'nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport',
  'fsx-lustre': 'relatime,flock',
  'fsx-openzfs': 'nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600',
  'fsx-ontap': 'nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600',
  nfs: 'hard',
};

/** A desktop must come up when its storage does not: it waits for the network, and for nothing else. */
const always = '_netdev,nofail';

/** The line of /etc/fstab for a mount; whatever the fields contain, it stays one line of six fields. */
export function fstabLineOf(mount: Mount, region: string): string {
  const options = `${mount.options ?? recommended[mount.kind]},${always}`;
  const fields = [sourceOf(mount, region), mount.target, typeOf(mount.kind), options].map(escapeField);
  return `${fields.join(' ')} 0 0`;
}

function typeOf(kind: Mount['kind']): string {
  if (kind === 'fsx-lustre') return 'lustre';
  return kind === 'efs' ? 'nfs4' : 'nfs';
}

function sourceOf({ kind, source }: Mount, region: string): string {
  const [, fileSystem, path] = /^(fs-[0-9a-f]+)(?::(.*))?$/.exec(source) ?? [];
  if (kind !== 'efs' || fileSystem === undefined) return source;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `${fileSystem}.efs.${region}.${domain}:${path || '/'}`;
}

/** fstab(5): white space in a field, and the backslash itself, are written as octal numbers; `#` would begin a comment. */
function escapeField(field: string): string {
  return field.replace(/[\s\\#\p{Cc}]/gu, (character) =>
    [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  );
}
