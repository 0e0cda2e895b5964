import type { CreateSessionBody } from '@deskfleet/contracts';
import type { AdmissionFault, StackFacts } from './admission.ts';
import { hibernationObstacles, rootVolumeGiBToHibernate, saysRootVolume } from './hibernation-limits.ts';
import type { InstanceTypeFacts } from './instance-type-rules.ts';

/** Why a desktop of this stack cannot hibernate on the type, whatever size of root volume the user chooses. */
export function hibernationTypeFaults(stack: StackFacts, type: InstanceTypeFacts): AdmissionFault[] {
  return hibernationObstacles(type, stack).map(({ code, sentence }) => ({
    code,
    pointer: '/instanceType',
    detail: `${sentence} Choose another type, or leave hibernation out.`,
    otherTypeHelps: true,
  }));
}

/** Why the size that the user named is too small for a type that can hibernate. A size that nobody named is raised. */
export function hibernationVolumeFaults(
  { rootVolumeGiB }: Pick<CreateSessionBody, 'rootVolumeGiB'>,
  stack: StackFacts,
  type: InstanceTypeFacts,
): AdmissionFault[] {
  const needed = rootVolumeGiBToHibernate(stack, type);
  if (rootVolumeGiB === undefined || rootVolumeGiB >= needed) return [];
  if (hibernationObstacles(type, stack).length > 0) return [];
  const detail = `${saysRootVolume(stack, type)}. Ask for at least ${needed} GiB, or leave rootVolumeGiB out.`;
  return [{ code: 'root-volume-too-small-to-hibernate', pointer: '/rootVolumeGiB', detail }];
}
