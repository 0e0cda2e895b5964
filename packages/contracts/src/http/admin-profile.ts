import Type, { type Static } from 'typebox';
import { IdlePolicySchema } from '../session/idle-policy.ts';
import { SessionTypeSchema } from '../session/session-state.ts';
import { CatalogueName, InstanceTypeName, Instant, NextCursor, Uuid, VolumeGiB } from './admin-fields.ts';

const fields = {
  name: CatalogueName,
  allowedInstanceTypes: Type.Array(
    Type.String({
      maxLength: 64,
      pattern: '^[a-z0-9.*?-]+$',
      description: 'A name or a pattern: `*` is any text, `?` any one character.',
      examples: ['m7i.*'],
    }),
    { minItems: 1, maxItems: 100, uniqueItems: true },
  ),
  fallbackInstanceTypes: Type.Array(InstanceTypeName, {
    maxItems: 10,
    uniqueItems: true,
    description:
      'Tried in this order when EC2 has none of the wanted type free. Each is a type that the profile allows.',
  }),
  maxRootVolumeGiB: VolumeGiB,
  allowedSubnets: Type.Array(
    Type.String({ maxLength: 64, pattern: '^subnet-[0-9a-z]+$', description: 'Id of a subnet.' }),
    {
      maxItems: 50,
      uniqueItems: true,
      description: 'Where desktops may be; empty: in all subnets of the deployment.',
    },
  ),
  allowedSessionTypes: Type.Array(SessionTypeSchema, { minItems: 1, uniqueItems: true }),
  hibernationFallback: Type.Enum(['none', 'stop'], {
    description:
      'When EC2 refuses to hibernate a desktop: `stop` stops it, `none` lets it run and tells its owner.',
  }),
  ownersMayCreateImages: Type.Boolean({
    description: 'Owners may make images of their desktops; administrators always may.',
  }),
  usersMayChangeSchedule: Type.Boolean({
    description: 'Users may choose when their desktops run; administrators always may.',
  }),
  stopAtClose: Type.Boolean({
    description:
      'Desktops are stopped when their hours close, after a warning, unless their owners say otherwise.',
  }),
  idlePolicy: {
    ...IdlePolicySchema,
    description:
      'When desktops count as idle; what is left out is as the settings say. A PATCH replaces it as a whole.',
  },
};

const ProfileFields = Type.Object(fields);
export type ProfileFields = Static<typeof ProfileFields>;

/** A policy that software stacks point at. */
export const ProfileSchema = Type.Object({ id: Uuid, ...fields, createdAt: Instant, updatedAt: Instant });
export type Profile = Static<typeof ProfileSchema>;

export const ProfileList = Type.Object({ items: Type.Array(ProfileSchema), nextCursor: NextCursor });
export type ProfileList = Static<typeof ProfileList>;

const { name, allowedInstanceTypes, maxRootVolumeGiB, ...optional } = fields;
export const CreateProfileBody = Type.Object(
  {
    name,
    allowedInstanceTypes,
    maxRootVolumeGiB,
    ...Type.Partial(Type.Object(optional)).properties,
  },
  { additionalProperties: false },
);
export type CreateProfileBody = Static<typeof CreateProfileBody>;

export const UpdateProfileBody = Type.Partial(ProfileFields, {
  additionalProperties: false,
  minProperties: 1,
});
export type UpdateProfileBody = Static<typeof UpdateProfileBody>;
