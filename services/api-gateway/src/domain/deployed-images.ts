import type { UpdateSoftwareStackBody } from '@deskfleet/contracts';
import type { CodedFault } from './refusal.ts';

/** The base stack whose images DCV_WINDOWS_AMI sets: Windows Server 2022 (migration 0003-base-software-stacks). */
export const baseWindowsStack = '01990000-0000-7000-8000-000000000012';

/** What DCV_WINDOWS_AMI says for the deployment's region; null: nothing, so that the stack keeps its own. */
export interface WindowsImages {
  image: string | null;
  graphicsImage: string | null;
}

/** DCV_WINDOWS_AMI: AMI ids by region. */
export interface WindowsImageSetting {
  graphics?: Record<string, string>;
  'non-graphics'?: Record<string, string>;
}

/** The images of a region, and a warning for each kind that the setting does not have there. */
export function windowsImagesIn(
  region: string,
  setting: WindowsImageSetting,
): { images: WindowsImages; warnings: string[] } {
  const image = setting['non-graphics']?.[region] ?? null;
  const graphicsImage = setting.graphics?.[region] ?? null;
  const missing = [
    ...(image === null ? ['non-graphics'] : []),
    ...(graphicsImage === null ? ['graphics'] : []),
  ];
  const warnings = missing.map(
    (kind) =>
      `DCV_WINDOWS_AMI has no ${kind} image for ${region}, the region of this deployment. The Windows base stack keeps the one it has.`,
  );
  return { images: { image, graphicsImage }, warnings };
}

/**
 * Why an administrator cannot change images here. What the settings say would come back at the next start, so a change
 * is refused and not lost later.
 */
export function deployedImageFaults(
  stack: WindowsImages & { id: string },
  changes: UpdateSoftwareStackBody,
  deployed: WindowsImages,
): CodedFault[] {
  if (stack.id !== baseWindowsStack) return [];
  return (['image', 'graphicsImage'] as const).flatMap((field): CodedFault[] => {
    const wanted = changes[field];
    if (deployed[field] === null || wanted === undefined || wanted === deployed[field]) return [];
    const detail = `DCV_WINDOWS_AMI sets ${field} of this software stack. Change the setting, or make another software stack.`;
    return [{ code: 'image-set-by-deployment', pointer: `/${field}`, detail }];
  });
}
