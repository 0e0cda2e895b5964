import Type, { type Static } from 'typebox';
import { OperatingSystemSchema, SessionTypeSchema } from '../session/session-state.ts';

/** An image with everything a desktop of its kind needs; what the launch form offers. */
export const SoftwareStackSchema = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  description: Type.String(),
  os: OperatingSystemSchema,
  baseOs: Type.String({ examples: ['amazonlinux2023'] }),
  architecture: Type.Enum(['x86_64', 'arm64']),
  minRootVolumeGiB: Type.Integer(),
  maxRootVolumeGiB: Type.Integer(),
  minMemoryGiB: Type.Number(),
  requiresGpu: Type.Boolean(),
  hibernation: Type.Boolean({ description: 'A type that is offered for it can hibernate.' }),
  allowedSessionTypes: Type.Array(SessionTypeSchema),
  defaultInstanceType: Type.String(),
  projects: Type.Array(Type.Object({ id: Type.String({ format: 'uuid' }), name: Type.String() }), {
    description: 'The projects by which the caller may use it; empty: it is kept for none.',
  }),
});
export type SoftwareStack = Static<typeof SoftwareStackSchema>;

export const SoftwareStackList = Type.Object({ items: Type.Array(SoftwareStackSchema) });
export type SoftwareStackList = Static<typeof SoftwareStackList>;

export const GpuSchema = Type.Object({
  name: Type.String(),
  manufacturer: Type.String(),
  count: Type.Integer(),
  memoryMiB: Type.Integer({ description: 'Of all GPUs together.' }),
});

export const InstanceTypeSchema = Type.Object({
  name: Type.String({ examples: ['m7i.large'] }),
  vcpus: Type.Integer(),
  memoryMiB: Type.Integer(),
  gpu: Type.Union([GpuSchema, Type.Null()]),
  architectures: Type.Array(Type.String()),
  hibernationSupported: Type.Boolean(),
  zones: Type.Array(Type.String(), {
    description: 'Availability Zones that offer it; empty: not known yet.',
    examples: [['us-east-1a', 'us-east-1b']],
  }),
  group: Type.Enum(['2d', '3d'], { description: '3d: with a GPU.' }),
  label: Type.String({ examples: ['2D - Small (2 vCPUs - 8 GB RAM)'] }),
});
export type InstanceType = Static<typeof InstanceTypeSchema>;

export const InstanceTypeList = Type.Object({ items: Type.Array(InstanceTypeSchema) });
export type InstanceTypeList = Static<typeof InstanceTypeList>;

/** A subnet that desktops may be launched in. */
export const SubnetSchema = Type.Object({
  id: Type.String({ examples: ['subnet-0f1e2d3c4b5a69788'] }),
  name: Type.Union([Type.String(), Type.Null()]),
  zone: Type.String({ examples: ['us-east-1a'] }),
  freeAddresses: Type.Integer(),
});
export type Subnet = Static<typeof SubnetSchema>;

export const SubnetList = Type.Object({ items: Type.Array(SubnetSchema) });
export type SubnetList = Static<typeof SubnetList>;

/** A group of users that desktops are counted for. */
export const ProjectSchema = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  description: Type.String(),
  enabled: Type.Boolean({ description: 'Desktops can be launched for it.' }),
});
export type Project = Static<typeof ProjectSchema>;

export const ProjectList = Type.Object({ items: Type.Array(ProjectSchema) });
export type ProjectList = Static<typeof ProjectList>;

export const MeSchema = Type.Object({
  name: Type.String(),
  displayName: Type.Union([Type.String(), Type.Null()]),
  administrator: Type.Boolean(),
  timezone: Type.Union([Type.String(), Type.Null()], {
    description: 'Time zone of the schedules of new desktops; null: that of the deployment.',
    examples: ['Europe/Paris'],
  }),
});
export type Me = Static<typeof MeSchema>;

export const UpdateMeBody = Type.Object(
  {
    timezone: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        maxLength: 64,
        description: 'IANA time zone for the schedules of new desktops; null: that of the deployment.',
        examples: ['Europe/Paris'],
      }),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type UpdateMeBody = Static<typeof UpdateMeBody>;

const Allowance = Type.Object({ used: Type.Integer(), limit: Type.Integer() });
export const QuotaSchema = Type.Object({ linux: Allowance, windows: Allowance });
export type Quota = Static<typeof QuotaSchema>;
