import type { ImageStatus } from './image-status.ts';

/** What is asked of EC2 for an image. */
export interface ImageRequest {
  /** Unique at EC2: a second image of the same name is refused, so an image cannot be made twice. */
  name: string;
  description: string;
  instanceId: string;
  tags: Record<string, string>;
}

/** The name at EC2: 3–128 characters of a few kinds (EC2 API, CreateImage), and nothing that a user typed. */
export function imageNameOf({ id }: Pick<ImageStatus, 'id'>): string {
  return `deskfleet-${id}`;
}

/** The tag by which snapshots are found again: they have no name. */
export const imageTag = 'deskfleet:image';

export function imageRequestOf(image: ImageStatus, clusterId: string): ImageRequest {
  const desktop = image.session?.name ?? image.sessionId;
  return {
    name: imageNameOf(image),
    description: asciiOf(image.description || `${image.name}, made of the desktop ${desktop}`),
    instanceId: image.session?.instanceId ?? '',
    tags: {
      Name: `${clusterId}-${image.name}`.slice(0, 255),
      'deskfleet:cluster': clusterId,
      'deskfleet:session': image.sessionId,
      [imageTag]: image.id,
    },
  };
}

/** EC2 takes no characters beyond ASCII in descriptions, and at most 255. People read the software stack's. */
function asciiOf(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 255);
}
