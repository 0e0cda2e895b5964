import { type InstanceType, instanceTypes } from '../catalogue/instance-types.ts';
import { AwsError } from '../http/aws-error.ts';
import type { Ec2Call } from './ec2-call.ts';
import { compileFilters } from './filters.ts';
import { zonesOffering } from './offerings.ts';
import { cutPage, instanceTypePages, type PageLimits } from './pages.ts';
import { filtersOf, textOf, textsOf } from './query-form.ts';
import type { XmlObject, XmlValue } from './xml.ts';

const allTypes = [...instanceTypes.values()];
const positions = new Map(allTypes.map((type, index) => [type, index]));

function offeredTypes({ world, region }: Ec2Call): InstanceType[] {
  if (world.faults.notOffered.length === 0) return allTypes;
  return allTypes.filter((type) => zonesOffering(world, type, region).length > 0);
}

function namedTypes(offered: InstanceType[], names: string[]): InstanceType[] {
  if (names.length === 0) return offered;
  const known = new Set(offered.map((type) => type.type));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new AwsError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  }
  return offered.filter((type) => names.includes(type.type));
}

function filterValues(type: InstanceType, filterName: string): string[] | undefined {
  switch (filterName) {
    case 'instance-type':
      return [type.type];
    case 'processor-info.supported-architecture':
      return [type.architecture];
    case 'hibernation-supported':
      return [String(type.hibernation)];
    case 'current-generation':
      return [String(type.currentGeneration)];
    case 'bare-metal':
      return [String(type.bareMetal)];
    case 'burstable-performance-supported':
      return [String(type.burstable)];
    case 'hypervisor':
      return type.hypervisor === null ? [] : [type.hypervisor];
    case 'vcpu-info.default-vcpus':
      return [String(type.vCpus)];
    case 'memory-info.size-in-mib':
      return [String(type.memoryMiB)];
    default:
      return undefined;
  }
}

function gpuXml({ gpu }: InstanceType): XmlValue {
  if (gpu === null) return undefined;
  const { count, maker, name, memoryMiB } = gpu;
  return {
    gpus: [{ name, manufacturer: maker, count, memoryInfo: { sizeInMiB: memoryMiB } }],
    totalGpuMemoryInMiB: count * memoryMiB,
  };
}

function typeXml(type: InstanceType): XmlObject {
  return {
    instanceType: type.type,
    currentGeneration: type.currentGeneration,
    freeTierEligible: type.type === 't3.micro',
    supportedUsageClasses: ['on-demand', 'spot'],
    supportedRootDeviceTypes: ['ebs'],
    supportedVirtualizationTypes: ['hvm'],
    bareMetal: type.bareMetal,
    hypervisor: type.hypervisor ?? undefined,
    processorInfo: {
      supportedArchitectures: [type.architecture],
      sustainedClockSpeedInGhz: type.clockGhz,
      manufacturer: type.cpuMaker,
    },
    vCpuInfo: {
      defaultVCpus: type.vCpus,
      defaultCores: type.cores,
      defaultThreadsPerCore: type.threadsPerCore,
    },
    memoryInfo: { sizeInMiB: type.memoryMiB },
    instanceStorageSupported: false,
    ebsInfo: { ebsOptimizedSupport: 'default', encryptionSupport: 'supported', nvmeSupport: 'required' },
    networkInfo: { networkPerformance: type.network, ipv6Supported: true, enaSupport: 'required' },
    gpuInfo: gpuXml(type),
    placementGroupInfo: { supportedStrategies: ['partition', 'spread'] },
    hibernationSupported: type.hibernation,
    burstablePerformanceSupported: type.burstable,
    dedicatedHostsSupported: !type.burstable,
    autoRecoverySupported: true,
    supportedBootModes: type.architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi'],
  };
}

/** DescribeInstanceTypes, in pages of up to 100. */
export function describeInstanceTypes(call: Ec2Call): XmlObject {
  const { form } = call;
  const names = textsOf(form, 'InstanceType');
  if (names.length > 0 && textOf(form, 'MaxResults') !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameter InstanceTypes cannot be used with the parameter MaxResults',
    );
  }
  const types = namedTypes(offeredTypes(call), names).filter(compileFilters(filtersOf(form), filterValues));
  const page = cutPage(form, types, (type) => positions.get(type) ?? 0, instanceTypePages);
  return { instanceTypeSet: page.items.map(typeXml), nextToken: page.nextToken };
}

interface Offering {
  position: number;
  instanceType: string;
  locationType: string;
  location: string;
}

const offeringPages: PageLimits = { smallest: 5, largest: 1000, byDefault: 1000 };

function offeringsOf({ world, region }: Ec2Call, locationType: string): Offering[] {
  const places = (type: InstanceType) => {
    const zones = zonesOffering(world, type, region);
    if (locationType === 'availability-zone') return zones;
    return zones.length > 0 ? [region] : [];
  };
  return allTypes
    .flatMap((type) => places(type).map((location) => ({ instanceType: type.type, locationType, location })))
    .map((offering, position) => ({ ...offering, position }));
}

function offeringFilterValues(offering: Offering, filterName: string): string[] | undefined {
  if (filterName === 'instance-type') return [offering.instanceType];
  return filterName === 'location' ? [offering.location] : undefined;
}

/** DescribeInstanceTypeOfferings by region or Availability Zone. */
export function describeInstanceTypeOfferings(call: Ec2Call): XmlObject {
  const { form } = call;
  const locationType = textOf(form, 'LocationType') ?? 'region';
  if (locationType !== 'region' && locationType !== 'availability-zone') {
    throw new AwsError('InvalidParameterValue', `Invalid value '${locationType}' for LocationType.`);
  }
  const offerings = offeringsOf(call, locationType).filter(
    compileFilters(filtersOf(form), offeringFilterValues),
  );
  const page = cutPage(form, offerings, (offering) => offering.position, offeringPages);
  const set = page.items.map(({ position: _, ...offering }) => offering);
  return { instanceTypeOfferingSet: set, nextToken: page.nextToken };
}
