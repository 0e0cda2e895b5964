import Type, { type Static } from 'typebox';

const Uuid = Type.String({ format: 'uuid' });
const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' });

export const CreateShareBody = Type.Object(
  {
    user: Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[^\\p{C}]+$',
      description: 'Name of the guest, who has signed in at least once.',
      examples: ['bob'],
    }),
    permissions: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '^[^\\p{C}]+$',
      description: 'Name of a permission set; GET /v1/permission-sets lists them.',
      examples: ['view-only'],
    }),
    expiresAt: Type.String({
      format: 'date-time',
      description: 'Until when the guest may connect; at most 366 days ahead.',
    }),
  },
  { additionalProperties: false },
);
export type CreateShareBody = Static<typeof CreateShareBody>;

/** That a guest may connect to somebody's desktop. */
export const ShareSchema = Type.Object({
  id: Uuid,
  sessionId: Uuid,
  user: Type.String({ description: 'The guest.' }),
  permissions: Type.String({ description: 'Name of the permission set.' }),
  features: Type.Array(Type.String(), {
    description:
      'The DCV features that the set had when the share was granted; a later edit does not change them.',
  }),
  grantedBy: Type.String({ examples: ['user:alice', 'admin:root'] }),
  createdAt: Instant,
  expiresAt: Instant,
  active: Type.Boolean({
    description: 'The desktop runs and has been told: the guest can connect now.',
  }),
});
export type Share = Static<typeof ShareSchema>;

/** The shares of one desktop that count, newest first. */
export const ShareList = Type.Object({ items: Type.Array(ShareSchema) });
export type ShareList = Static<typeof ShareList>;
