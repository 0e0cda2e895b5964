import Type from 'typebox';

/** How far an image is: asked for, being copied by EC2, ready to launch from, or given up. */
export const imageStates = ['requested', 'pending', 'available', 'failed'] as const;
export type ImageState = (typeof imageStates)[number];
export const ImageStateSchema = Type.Enum([...imageStates]);
