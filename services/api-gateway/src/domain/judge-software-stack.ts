import {
  hookScriptBytes,
  type InspectedImage,
  type ProfileFields,
  type SoftwareStackFields,
} from '@deskfleet/contracts';
import type { CatalogueEdit } from './catalogue-kinds.ts';
import { mountFaults } from './judge-mounts.ts';
import { type LaunchPlace, type Misfit, misfitsOf } from './profile-fit.ts';
import type { CodedFault } from './refusal.ts';

export interface StackEditFacts extends LaunchPlace {
  /** The profiles that the software stack points at before and after, by id. */
  profiles: ReadonlyMap<string, ProfileFields>;
  /** Ids of those of the named projects that there are. */
  projectIds: ReadonlySet<string>;
  /** What EC2 says of the images that `imagesToInspect` names; null: there is none. */
  inspections: ReadonlyMap<string, InspectedImage | null>;
}

type StackEdit = CatalogueEdit<SoftwareStackFields>;

/** The images that EC2 has to be asked about before an edit can be judged, and where they stand in the body. */
export function imagesToInspect({ before, after }: StackEdit): { pointer: string; image: string }[] {
  // A smaller minimum is held against what the images need.
  const always = before?.minRootVolumeGiB !== after.minRootVolumeGiB;
  return (['image', 'graphicsImage'] as const).flatMap((field) => {
    const image = after[field];
    return image !== null && (always || before?.[field] !== image) ? [{ pointer: `/${field}`, image }] : [];
  });
}

/** The software stack as it will be kept, and everything that is wrong with the edit. What was wrong before is not told. */
export function judgeSoftwareStack(
  edit: StackEdit,
  facts: StackEditFacts,
): { fields: SoftwareStackFields; faults: CodedFault[] } {
  const fields = { ...edit.after, minRootVolumeGiB: minimumOf(edit, facts) };
  const judged = { before: edit.before, after: fields };
  return {
    fields,
    faults: [
      ...baseOsFaults(judged),
      ...imageFaults(edit, facts),
      ...profileFaults(judged, facts),
      ...(sameJson(edit.before?.mounts, fields.mounts) ? [] : mountFaults(fields.mounts, fields.os)),
      ...hookFaults(fields),
      ...projectFaults(fields, facts),
    ],
  };
}

/** An image does not fit on a smaller volume than it was made of, so a smaller minimum is raised and not refused. */
function minimumOf(edit: StackEdit, { inspections }: StackEditFacts): number {
  const needed = imagesToInspect(edit).map(({ image }) => inspections.get(image)?.minRootVolumeGiB ?? 0);
  return Math.max(edit.after.minRootVolumeGiB, ...needed);
}

function baseOsFaults({ before, after: { baseOs, os } }: StackEdit): CodedFault[] {
  if (before?.baseOs === baseOs || baseOs.startsWith('windows') === (os === 'windows')) return [];
  const detail = `${baseOs} is ${os === 'windows' ? 'no Windows' : 'no Linux'}, as os says.`;
  return [{ code: 'base-os-mismatch', pointer: '/baseOs', detail }];
}

function imageFaults(edit: StackEdit, { inspections }: StackEditFacts): CodedFault[] {
  const { os, architecture } = edit.after;
  return imagesToInspect(edit).flatMap(({ pointer, image }): CodedFault[] => {
    const found = inspections.get(image);
    if (!found) {
      const detail = `EC2 knows no image ${image} in the region of the desktops, or does not show it to this account.`;
      return [{ code: 'unknown-image', pointer, detail }];
    }
    if (found.os === os && found.architecture === architecture) return [];
    const detail = `${image} is an image of ${found.os} for ${found.architecture}; the software stack is of ${os} for ${architecture}.`;
    return [{ code: 'image-mismatch', pointer, detail }];
  });
}

function profileFaults({ before, after }: StackEdit, facts: StackEditFacts): CodedFault[] {
  const profile = facts.profiles.get(after.profileId);
  if (!profile) {
    const detail = `There is no profile ${after.profileId}. GET /v1/admin/profiles lists them.`;
    return [{ code: 'unknown-profile', pointer: '/profileId', detail }];
  }
  // Switching on counts as new: what was let be while it was off has to fit again.
  const enabling = before !== null && !before.enabled && after.enabled;
  const old = before && !enabling ? misfitsUnderOwnProfile(before, facts) : [];
  return misfitsOf(after, profile, facts)
    .filter(({ detail }) => !old.some((misfit) => misfit.detail === detail))
    .map(({ profileField: _, ...fault }) => fault);
}

function misfitsUnderOwnProfile(stack: SoftwareStackFields, facts: StackEditFacts): Misfit[] {
  const profile = facts.profiles.get(stack.profileId);
  return profile ? misfitsOf(stack, profile, facts) : [];
}

function hookFaults({ hookScript }: SoftwareStackFields): CodedFault[] {
  const bytes = new TextEncoder().encode(hookScript ?? '').length;
  if (bytes <= hookScriptBytes) return [];
  const detail = `The hook script has ${bytes} bytes; it may have at most ${hookScriptBytes}. Let it fetch the rest.`;
  return [{ code: 'hook-script-too-large', pointer: '/hookScript', detail }];
}

function projectFaults({ projectIds }: SoftwareStackFields, facts: StackEditFacts): CodedFault[] {
  return projectIds.flatMap((id, index) =>
    facts.projectIds.has(id)
      ? []
      : [
          {
            code: 'unknown-project' as const,
            pointer: `/projectIds/${index}`,
            detail: `There is no project ${id}. GET /v1/admin/projects lists them.`,
          },
        ],
  );
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
