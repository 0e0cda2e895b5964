import Type, { type Static } from 'typebox';
import { Instant, NextCursor } from './admin-fields.ts';

/** Somebody who has signed in at least once, as administrators see them. */
export const AdminUserSchema = Type.Object({
  name: Type.String({ description: 'As the identity provider writes it.' }),
  displayName: Type.Union([Type.String(), Type.Null()]),
  email: Type.Union([Type.String(), Type.Null()]),
  createdAt: Instant,
  lastSeenAt: Instant,
  disabled: Type.Boolean({
    description: 'They are let in nowhere: neither here nor on desktops, whoever owns those.',
  }),
  disabledAt: Type.Union([Instant, Type.Null()]),
});
export type AdminUser = Static<typeof AdminUserSchema>;

export const AdminUserList = Type.Object({ items: Type.Array(AdminUserSchema), nextCursor: NextCursor });
export type AdminUserList = Static<typeof AdminUserList>;

export const UpdateUserBody = Type.Object({ disabled: Type.Boolean() }, { additionalProperties: false });
export type UpdateUserBody = Static<typeof UpdateUserBody>;
