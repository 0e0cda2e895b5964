import Type, { type Static } from 'typebox';

/** A file system that a software stack's hosts mount at boot. */
export const MountSchema = Type.Object(
  {
    kind: Type.Enum(['nfs', 'efs', 'lustre', 'smb'], {
      description: 'nfs: NFS and FSx for OpenZFS or ONTAP; lustre: FSx for Lustre; smb: Windows shares.',
    }),
    source: Type.String({
      maxLength: 512,
      pattern: '^[^\\s\\u0000-\\u001f\\u007f]+$',
      description: 'What is mounted, as the kind writes it.',
      examples: ['fs-0123456789abcdef0:/', '10.0.0.5:/export/projects', '\\\\files.example.org\\projects'],
    }),
    target: Type.String({
      maxLength: 255,
      pattern: '^(/[^\\s\\u0000-\\u001f\\u007f]+|[D-Z]:)$',
      description: 'Where: an absolute path on Linux, a drive letter on Windows.',
      examples: ['/projects', 'P:'],
    }),
    options: Type.Optional(
      Type.String({
        maxLength: 255,
        pattern: '^[A-Za-z0-9_.,=:/-]*$',
        description: 'Mount options, separated by commas.',
        examples: ['ro,nconnect=8'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type Mount = Static<typeof MountSchema>;
