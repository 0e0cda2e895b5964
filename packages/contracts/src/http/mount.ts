import Type, { type Static } from 'typebox';

/** A shared file system that the Linux hosts of a software stack mount at every boot. */
export const MountSchema = Type.Object(
  {
    kind: Type.Enum(['efs', 'fsx-lustre', 'fsx-openzfs', 'fsx-ontap', 'nfs']),
    source: Type.String({
      minLength: 1,
      maxLength: 512,
      pattern: '^[^\\u0000-\\u001f\\u007f]+$',
      description:
        'As mount(8) takes it, such as `fs-….fsx.eu-central-1.amazonaws.com@tcp:/name`; for EFS also `fs-…[:/path]`.',
      examples: ['fs-0123456789abcdef0', '10.0.0.5:/export/projects'],
    }),
    target: Type.String({
      maxLength: 255,
      pattern: '^/[^\\u0000-\\u001f\\u007f]+$',
      description: 'Absolute path on the host.',
      examples: ['/projects'],
    }),
    options: Type.Optional(
      Type.String({
        maxLength: 255,
        pattern: '^[A-Za-z0-9_.,=:/@-]+$',
        description: 'Instead of the options that AWS recommends for this kind.',
        examples: ['ro,nfsvers=4.1'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type Mount = Static<typeof MountSchema>;
