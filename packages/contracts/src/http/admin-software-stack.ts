import Type, { type Static } from 'typebox';
import { OperatingSystemSchema } from '../session/session-state.ts';
import {
  CatalogueDescription,
  CatalogueName,
  InstanceTypeName,
  Instant,
  NextCursor,
  Uuid,
  VolumeGiB,
} from './admin-fields.ts';
import { InspectImageBody } from './internal-session-manager.ts';
import { MountSchema } from './mount.ts';

/** The distributions that the bootstrap of hosts knows. */
export const baseOperatingSystems = [
  'amazonlinux2023',
  'rhel8',
  'rhel9',
  'rocky8',
  'rocky9',
  'ubuntu2204',
  'ubuntu2404',
  'windows2019',
  'windows2022',
  'windows2025',
] as const;
export type BaseOperatingSystem = (typeof baseOperatingSystems)[number];

/** User data has 16 KB for everything that a host is told at its first boot. */
export const hookScriptBytes = 4096;

const { image: Image } = InspectImageBody.properties;
const GraphicsImage = Type.Unsafe<string | null>({
  ...Image,
  type: ['string', 'null'],
  description: 'The image for instance types with a GPU, where it is another one; null: the same.',
});
const HookScript = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  minLength: 1,
  maxLength: hookScriptBytes,
  pattern: '^[^\\u0000]*$',
  description: `A script of the site, run as administrator at the end of the first boot; at most ${hookScriptBytes} bytes, no zero byte.`,
});

/** What may be changed of a software stack. Its operating system and architecture stay: desktops were made with them. */
const changeable = {
  name: CatalogueName,
  description: CatalogueDescription,
  baseOs: Type.Enum([...baseOperatingSystems]),
  image: Image,
  graphicsImage: GraphicsImage,
  minRootVolumeGiB: Type.Integer({
    ...VolumeGiB,
    description: 'Smaller wishes are raised to it. It is raised itself to what the images need.',
  }),
  minMemoryGiB: Type.Number({ exclusiveMinimum: 0, maximum: 24_576 }),
  requiresGpu: Type.Boolean({ description: 'Only instance types with a GPU.' }),
  defaultInstanceType: InstanceTypeName,
  profileId: Uuid,
  enabled: Type.Boolean({ description: 'Desktops can be launched with it.' }),
  mounts: Type.Array(MountSchema, { maxItems: 10, description: 'File systems that hosts mount at boot.' }),
  hookScript: HookScript,
  projectIds: Type.Array(Uuid, {
    maxItems: 100,
    uniqueItems: true,
    description: 'The projects that alone may use it; empty: everybody may.',
  }),
};
const fixed = { os: OperatingSystemSchema, architecture: Type.Enum(['x86_64', 'arm64']) };

const SoftwareStackFields = Type.Object({ ...changeable, ...fixed });
export type SoftwareStackFields = Static<typeof SoftwareStackFields>;

export const AdminSoftwareStackSchema = Type.Object({
  id: Uuid,
  ...changeable,
  ...fixed,
  createdAt: Instant,
  updatedAt: Instant,
});
export type AdminSoftwareStack = Static<typeof AdminSoftwareStackSchema>;

export const AdminSoftwareStackList = Type.Object({
  items: Type.Array(AdminSoftwareStackSchema),
  nextCursor: NextCursor,
});
export type AdminSoftwareStackList = Static<typeof AdminSoftwareStackList>;

const { name, baseOs, image, minMemoryGiB, defaultInstanceType, profileId, ...optional } = changeable;
export const CreateSoftwareStackBody = Type.Object(
  {
    name,
    ...fixed,
    baseOs,
    image,
    minMemoryGiB,
    defaultInstanceType,
    profileId,
    ...Type.Partial(Type.Object(optional)).properties,
  },
  { additionalProperties: false },
);
export type CreateSoftwareStackBody = Static<typeof CreateSoftwareStackBody>;

export const UpdateSoftwareStackBody = Type.Partial(Type.Object(changeable), {
  additionalProperties: false,
  minProperties: 1,
});
export type UpdateSoftwareStackBody = Static<typeof UpdateSoftwareStackBody>;
