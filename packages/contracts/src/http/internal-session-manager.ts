import Type, { type Static } from 'typebox';

// What the gateway asks session-manager for over internal HTTP, with a service credential.

/** `POST /internal/v1/images/inspect`: what EC2 says of the image that a software stack is to be made of. */
export const InspectImageBody = Type.Object(
  {
    image: Type.String({
      maxLength: 255,
      pattern: '^(ami-[0-9a-f]{8,17}|/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*)$',
      description: 'An AMI id, or the path of a public SSM parameter that holds one.',
    }),
  },
  { additionalProperties: false },
);
export type InspectImageBody = Static<typeof InspectImageBody>;

export const InspectedImage = Type.Object({
  imageId: Type.String(),
  architecture: Type.String({ examples: ['x86_64'] }),
  os: Type.Enum(['linux', 'windows']),
  minRootVolumeGiB: Type.Integer({ description: 'Size of the snapshot of its root volume.' }),
});
export type InspectedImage = Static<typeof InspectedImage>;

/** `POST /internal/v1/sessions/{id}/windows-password`: the administrator account of a Windows desktop. */
export const WindowsPasswordSchema = Type.Object({ username: Type.String(), password: Type.String() });
export type WindowsPassword = Static<typeof WindowsPasswordSchema>;
