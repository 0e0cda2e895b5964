import Type from 'typebox';
import { StateReasonSchema } from '../session/session-state.ts';

const about = {
  imageId: Type.String({ format: 'uuid', description: 'Of the image as the API knows it, not of the AMI.' }),
  sessionId: Type.String({ format: 'uuid', description: 'The desktop that the image is made of.' }),
  owner: Type.String({ description: 'Owner of that desktop.' }),
  cause: Type.String({ examples: ['admin:carol'] }),
  name: Type.String({ description: 'Name of the software stack that the image becomes.' }),
};

/** Somebody wants an image of a desktop. */
export const ImageRequestedData = Type.Object(about);

/** EC2 has finished the image: it can be launched from. */
export const ImageAvailableData = Type.Object({ ...about, amiId: Type.String() });

/** There will be no image. */
export const ImageFailedData = Type.Object({
  ...about,
  amiId: Type.Union([Type.String(), Type.Null()]),
  reason: StateReasonSchema,
});
