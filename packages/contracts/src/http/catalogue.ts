import Type, { type Static } from 'typebox';
import { OperatingSystemSchema } from '../session/session-state.ts';

/** An image with everything a desktop of its kind needs; what the launch form offers. */
export const SoftwareStackSchema = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  description: Type.String(),
  os: OperatingSystemSchema,
  baseOs: Type.String({ examples: ['amazonlinux2023'] }),
  architecture: Type.Enum(['x86_64', 'arm64']),
  minRootVolumeGiB: Type.Integer(),
  minMemoryGiB: Type.Number(),
  defaultInstanceType: Type.String(),
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
  label: Type.String({ examples: ['2D - Small (2 vCPUs - 8 GB RAM)'] }),
});
export type InstanceType = Static<typeof InstanceTypeSchema>;

export const InstanceTypeList = Type.Object({ items: Type.Array(InstanceTypeSchema) });
export type InstanceTypeList = Static<typeof InstanceTypeList>;

export const MeSchema = Type.Object({
  name: Type.String(),
  displayName: Type.Union([Type.String(), Type.Null()]),
  administrator: Type.Boolean(),
});
export type Me = Static<typeof MeSchema>;

const Allowance = Type.Object({ used: Type.Integer(), limit: Type.Integer() });
export const QuotaSchema = Type.Object({ linux: Allowance, windows: Allowance });
export type Quota = Static<typeof QuotaSchema>;
