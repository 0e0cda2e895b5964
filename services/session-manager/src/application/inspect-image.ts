import type { InspectedImage } from '@deskfleet/contracts';
import type { AwsFailure } from '../domain/reasons.ts';
import type { Images } from './ports.ts';

export type ImageInspection =
  | { image: InspectedImage }
  | { refusal: { code: 'unknown-image'; sentence: string } }
  | { failure: AwsFailure };

/** What AWS says now of the image that a software stack is to be made of. */
export async function inspectImage(
  { images }: { images: Pick<Images, 'inspect'> },
  source: string,
): Promise<ImageInspection> {
  const answer = await images.inspect(source);
  if ('failure' in answer)
    return isAboutTheImage(answer.failure) ? refusalOf(answer.failure, source) : answer;
  const { imageId, architecture, os, minRootVolumeGiB } = answer.image;
  return { image: { imageId, architecture, os, minRootVolumeGiB } };
}

/** SSM's AccessDeniedException is about this parameter; EC2's UnauthorizedOperation is about all images. */
function isAboutTheImage({ kind, code }: AwsFailure): boolean {
  return kind === 'image-gone' || kind === 'invalid' || code === 'AccessDeniedException';
}

function refusalOf({ code, message }: AwsFailure, source: string): ImageInspection {
  const sentences: Record<string, string> = {
    'InvalidAMIID.NotFound': `There is no image ${source} in this region, or it is not shared with this account.`,
    'InvalidAMIID.Unavailable': `The image ${source} cannot be launched: ${message}.`,
    ParameterNotFound: `There is no parameter ${source} in this region.`,
    AccessDeniedException: `Deskfleet may not read the parameter ${source}. Use a public one, or an AMI id.`,
  };
  const sentence = sentences[code] ?? `AWS knows no image ${source} (${code}).`;
  return { refusal: { code: 'unknown-image', sentence } };
}
