import { isSameAccount } from '@deskfleet/contracts';
import type { PermissionFile, Permissions } from './permission-file.ts';

/** Of those who are connected, who may not be: neither the owner (unless disabled) nor a guest. */
export function whoMustLeave<Connection extends { user: string }>(
  connections: readonly Connection[],
  { owner }: Pick<Permissions, 'owner'>,
  { guests }: Pick<PermissionFile, 'guests'>,
): Connection[] {
  const admitted = owner.isDisabled ? guests : [owner.name, ...guests];
  return connections.filter(({ user }) => !admitted.some((name) => isSameAccount(name, user)));
}
