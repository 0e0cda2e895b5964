import Type, { type Static } from 'typebox';
import { CatalogueDescription, CatalogueName, Instant, NextCursor, Uuid } from './admin-fields.ts';

const fields = {
  name: CatalogueName,
  description: CatalogueDescription,
  enabled: Type.Boolean({ description: 'Desktops can be launched for it.' }),
  members: Type.Array(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[^\\p{C}]+$',
      description: 'A user name as the identity provider writes it, without control characters.',
    }),
    {
      maxItems: 1000,
      uniqueItems: true,
      description: 'User names, of people who have never signed in too. A change replaces the whole list.',
    },
  ),
};

const ProjectFields = Type.Object(fields);
export type ProjectFields = Static<typeof ProjectFields>;

/** A group of users that desktops are counted for, as administrators see it. */
export const AdminProjectSchema = Type.Object({
  id: Uuid,
  ...fields,
  createdAt: Instant,
  updatedAt: Instant,
});
export type AdminProject = Static<typeof AdminProjectSchema>;

export const AdminProjectList = Type.Object({
  items: Type.Array(AdminProjectSchema),
  nextCursor: NextCursor,
});
export type AdminProjectList = Static<typeof AdminProjectList>;

const { name, ...optional } = fields;
export const CreateProjectBody = Type.Object(
  { name, ...Type.Partial(Type.Object(optional)).properties },
  { additionalProperties: false },
);
export type CreateProjectBody = Static<typeof CreateProjectBody>;

export const UpdateProjectBody = Type.Partial(ProjectFields, {
  additionalProperties: false,
  minProperties: 1,
});
export type UpdateProjectBody = Static<typeof UpdateProjectBody>;
