import Type, { type Static } from 'typebox';
import { SessionNameSchema } from '../session/session-name.ts';
import { StateReasonSchema } from '../session/session-state.ts';

/** How far an image is: asked for, being copied by EC2, ready to launch from, or given up. */
export const imageStates = ['requested', 'pending', 'available', 'failed'] as const;
export type ImageState = (typeof imageStates)[number];
export const ImageStateSchema = Type.Enum([...imageStates]);

const Uuid = Type.String({ format: 'uuid' });
const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' });

export const CreateImageBody = Type.Object(
  {
    name: SessionNameSchema,
    description: Type.Optional(
      Type.String({
        maxLength: 255,
        pattern: '^[^\\u0000-\\u001f\\u007f]*$',
        description: 'Of the software stack that the image becomes. No control characters.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type CreateImageBody = Static<typeof CreateImageBody>;

/** An image of a desktop's disk, on its way to become a software stack that others are launched from. */
export const ImageSchema = Type.Object({
  id: Uuid,
  sessionId: Uuid,
  name: Type.String({ description: 'Name of the software stack that the image becomes.' }),
  description: Type.String(),
  state: ImageStateSchema,
  progressPercent: Type.Union([Type.Integer({ minimum: 0, maximum: 100 }), Type.Null()], {
    description: 'How much of the disk is copied; null until EC2 has said so.',
  }),
  reason: Type.Union([StateReasonSchema, Type.Null()], {
    description: 'Why the image has failed, or why it is not further yet.',
  }),
  softwareStackId: Type.Union([Uuid, Type.Null()], {
    description: 'The software stack that it has become, a moment after it is available.',
  }),
  createdAt: Instant,
  finishedAt: Type.Union([Instant, Type.Null()]),
});
export type Image = Static<typeof ImageSchema>;

export const ImageList = Type.Object({
  items: Type.Array(ImageSchema),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});
export type ImageList = Static<typeof ImageList>;
