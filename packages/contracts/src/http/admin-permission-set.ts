import Type, { type Static } from 'typebox';
import { dcvFeatures } from '../session/dcv-permissions.ts';
import { CatalogueDescription, CatalogueName, Instant, NextCursor, Uuid } from './admin-fields.ts';

const fields = {
  name: CatalogueName,
  description: CatalogueDescription,
  features: Type.Array(Type.Enum([...dcvFeatures]), {
    minItems: 1,
    uniqueItems: true,
    description:
      'Features of Amazon DCV, `display` or `builtin` (all of them) among them. Without `unsupervised-access` guests are let in only while the owner is connected.',
    examples: [['display', 'pointer', 'clipboard-copy']],
  }),
};

const PermissionSetFields = Type.Object(fields);
export type PermissionSetFields = Static<typeof PermissionSetFields>;

/** A permission set that administrators have made. */
export const AdminPermissionSetSchema = Type.Object({
  id: Uuid,
  ...fields,
  createdAt: Instant,
  updatedAt: Instant,
});
export type AdminPermissionSet = Static<typeof AdminPermissionSetSchema>;

export const AdminPermissionSetList = Type.Object({
  items: Type.Array(AdminPermissionSetSchema),
  nextCursor: NextCursor,
});

export const CreatePermissionSetBody = Type.Object(
  { name: fields.name, description: Type.Optional(fields.description), features: fields.features },
  { additionalProperties: false },
);
export type CreatePermissionSetBody = Static<typeof CreatePermissionSetBody>;

export const UpdatePermissionSetBody = Type.Partial(PermissionSetFields, {
  additionalProperties: false,
  minProperties: 1,
});
export type UpdatePermissionSetBody = Static<typeof UpdatePermissionSetBody>;
