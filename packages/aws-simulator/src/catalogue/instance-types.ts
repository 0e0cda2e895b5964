import { readFileSync } from 'node:fs';

/** One EC2 instance type, with the figures that DescribeInstanceTypes reports for it. */
export interface InstanceType {
  readonly type: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly vCpus: number;
  readonly cores: number;
  readonly threadsPerCore: number;
  readonly memoryMiB: number;
  /** Absent on types without a GPU; `memoryMiB` is per GPU. */
  readonly gpu: { count: number; maker: string; name: string; memoryMiB: number } | null;
  readonly hibernation: boolean;
  /** `null` on bare metal. */
  readonly hypervisor: string | null;
  readonly bareMetal: boolean;
  readonly burstable: boolean;
  readonly currentGeneration: boolean;
  readonly cpuMaker: string;
  readonly clockGhz: number;
  readonly network: string;
  /** Letters of the Availability Zones that offer the type. */
  readonly zones: string;
}

type Row = Record<string, string>;

function readRows(text: string): Row[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const columns = (lines.shift() ?? '').split(',');
  return lines.map((line) => {
    const values = line.split(',');
    return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? '']));
  });
}

function toGpu(row: Row): InstanceType['gpu'] {
  if (!row.gpuCount) return null;
  return {
    count: Number(row.gpuCount),
    maker: row.gpuMaker ?? '',
    name: row.gpuName ?? '',
    memoryMiB: Number(row.gpuMemoryMiB),
  };
}

function toInstanceType(row: Row): InstanceType {
  return {
    type: row.type ?? '',
    architecture: row.architecture === 'arm64' ? 'arm64' : 'x86_64',
    vCpus: Number(row.vCpus),
    cores: Number(row.cores),
    threadsPerCore: Number(row.threadsPerCore),
    memoryMiB: Number(row.memoryMiB),
    gpu: toGpu(row),
    hibernation: row.hibernation === 'true',
    hypervisor: row.hypervisor || null,
    bareMetal: row.bareMetal === 'true',
    burstable: row.burstable === 'true',
    currentGeneration: row.currentGeneration === 'true',
    cpuMaker: row.cpuMaker ?? '',
    clockGhz: Number(row.clockGhz),
    network: row.network ?? '',
    zones: row.zones ?? '',
  };
}

const rows = readRows(readFileSync(new URL('instance-types.csv', import.meta.url), 'utf8'));

/** Every instance type the simulator offers, by name. The figures are in instance-types.csv. */
export const instanceTypes: ReadonlyMap<string, InstanceType> = new Map(
  rows.map((row) => [row.type ?? '', toInstanceType(row)]),
);
