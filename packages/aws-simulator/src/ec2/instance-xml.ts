import { instanceTypes } from '../catalogue/instance-types.ts';
import { accountId, defaultSecurityGroup, vpcId } from '../catalogue/network.ts';
import type { OperatingSystem } from '../catalogue/operating-systems.ts';
import { findImage } from '../state/images.ts';
import { type Power, powerAt, type StateName, stateAt, stateCodes } from '../state/instance-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import type { World } from '../state/world.ts';
import { toIso } from './ec2-call.ts';
import { tagsXml } from './tags.ts';
import type { XmlObject, XmlValue } from './xml.ts';

export function stateXml(name: StateName): XmlObject {
  return { code: stateCodes[name], name };
}

/** A reservation with its instances as of `at` (ReservationSet of the EC2 API). */
export function reservationXml(world: World, instances: InstanceRecord[], at: number): XmlObject {
  return {
    reservationId: instances[0]?.reservationId,
    ownerId: accountId,
    groupSet: [],
    instancesSet: instances.map((instance) => instanceXml(world, instance, at)),
  };
}

function launchedAt(instance: InstanceRecord, at: number): number {
  // EC2's launchTime is that of the latest start, not of the first launch.
  const start = instance.powers.findLast((power) => power.kind === 'start' && power.acceptedAt <= at);
  return start?.acceptedAt ?? at;
}

/** The instance type as of `at`, which a Describe that lags may see before it was changed. */
export function typeAt({ instanceType, pastTypes }: InstanceRecord, at: number): string {
  return pastTypes.find(({ until }) => at < until)?.instanceType ?? instanceType;
}

function firstLaunchedAt(instance: InstanceRecord): number {
  return instance.powers[0]?.acceptedAt ?? 0;
}

function transitionReason(power: Power | undefined): string {
  if (power?.kind !== 'stop' && power?.kind !== 'terminate') return '';
  const when = toIso(power.acceptedAt).replace('T', ' ').slice(0, 19);
  return power.transition === 'User initiated' ? `User initiated (${when} GMT)` : power.transition;
}

function stateReasonXml(power: Power | undefined, state: StateName): XmlValue {
  if (state === 'pending') return { code: 'pending', message: 'pending' };
  if (power?.kind === 'stop' && state === 'stopping')
    return { ...(power.stoppingReason ?? power.stateReason) };
  return power?.kind === 'stop' || power?.kind === 'terminate' ? { ...power.stateReason } : undefined;
}

function groupsXml(instance: InstanceRecord): XmlValue {
  return instance.securityGroupIds.map((groupId) => ({
    groupId,
    groupName: groupId === defaultSecurityGroup.groupId ? defaultSecurityGroup.groupName : groupId,
  }));
}

function privateDnsName(instance: InstanceRecord): string {
  const host = `ip-${instance.privateIp.replaceAll('.', '-')}`;
  return instance.region === 'us-east-1'
    ? `${host}.ec2.internal`
    : `${host}.${instance.region}.compute.internal`;
}

function networkInterfacesXml(instance: InstanceRecord): XmlValue {
  const attachTime = toIso(firstLaunchedAt(instance));
  const dnsName = privateDnsName(instance);
  return [
    {
      networkInterfaceId: instance.networkInterfaceId,
      subnetId: instance.subnetId,
      vpcId,
      description: '',
      ownerId: accountId,
      status: 'in-use',
      privateIpAddress: instance.privateIp,
      privateDnsName: dnsName,
      sourceDestCheck: true,
      groupSet: groupsXml(instance),
      attachment: { deviceIndex: 0, status: 'attached', attachTime, deleteOnTermination: true },
      interfaceType: 'interface',
    },
  ];
}

function blockDevicesXml(instance: InstanceRecord, rootDeviceName: string): XmlValue {
  const { volumeId, deleteOnTermination } = instance.volume;
  const attachTime = toIso(firstLaunchedAt(instance));
  return [
    { deviceName: rootDeviceName, ebs: { volumeId, status: 'attached', attachTime, deleteOnTermination } },
  ];
}

/** What a terminated instance no longer has: address, network interface, volume. */
function attachmentsXml(instance: InstanceRecord, state: StateName, rootDeviceName: string): XmlObject {
  if (state === 'terminated') return { blockDeviceMapping: [], networkInterfaceSet: [] };
  return {
    subnetId: instance.subnetId,
    vpcId,
    privateIpAddress: instance.privateIp,
    blockDeviceMapping: blockDevicesXml(instance, rootDeviceName),
    networkInterfaceSet: networkInterfacesXml(instance),
    groupSet: groupsXml(instance),
    sourceDestCheck: true,
  };
}

function profileXml(arn: string | null): XmlValue {
  // EC2 shows the profile's own id beside its ARN; it is opaque to clients.
  return arn === null ? undefined : { arn, id: 'AIPA00000000000000000' };
}

/** How the instance was launched; these never change here. */
function optionsXml(instance: InstanceRecord, system: OperatingSystem | undefined): XmlObject {
  return {
    ebsOptimized: instance.ebsOptimized,
    enaSupport: true,
    capacityReservationSpecification: { capacityReservationPreference: 'open' },
    hibernationOptions: { configured: instance.hibernationConfigured },
    metadataOptions: {
      state: 'applied',
      httpTokens: instance.httpTokens,
      httpPutResponseHopLimit: 2,
      httpEndpoint: 'enabled',
      httpProtocolIpv6: 'disabled',
      instanceMetadataTags: 'disabled',
    },
    enclaveOptions: { enabled: false },
    bootMode: system?.platform === 'windows' ? undefined : 'uefi-preferred',
    platformDetails: system?.platformDetails,
    usageOperation: system?.usageOperation,
    usageOperationUpdateTime: toIso(firstLaunchedAt(instance)),
    privateDnsNameOptions: {
      hostnameType: 'ip-name',
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    },
    maintenanceOptions: { autoRecovery: 'default' },
  };
}

/** One instance as DescribeInstances shows it as of `at`. */
function instanceXml(world: World, instance: InstanceRecord, at: number): XmlObject {
  const power = powerAt(instance.powers, at);
  const state = stateAt(instance.powers, at) ?? 'pending';
  const instanceType = typeAt(instance, at);
  const type = instanceTypes.get(instanceType);
  const system = findImage(world, instance.imageId)?.system;
  return {
    instanceId: instance.instanceId,
    imageId: instance.imageId,
    instanceState: stateXml(state),
    privateDnsName: state === 'terminated' ? '' : privateDnsName(instance),
    dnsName: '',
    reason: transitionReason(power),
    keyName: instance.keyName ?? undefined,
    amiLaunchIndex: instance.launchIndex,
    productCodes: [],
    instanceType,
    launchTime: toIso(launchedAt(instance, at)),
    placement: { availabilityZone: instance.zone, groupName: '', tenancy: 'default' },
    platform: system?.platform === 'windows' ? 'windows' : undefined,
    monitoring: { state: 'disabled' },
    stateReason: stateReasonXml(power, state),
    architecture: type?.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: system?.rootDeviceName,
    virtualizationType: 'hvm',
    clientToken: instance.clientToken,
    tagSet: tagsXml(instance.tags),
    hypervisor: 'xen',
    iamInstanceProfile: profileXml(instance.instanceProfileArn),
    cpuOptions: { coreCount: type?.cores, threadsPerCore: type?.threadsPerCore },
    ...optionsXml(instance, system),
    ...attachmentsXml(instance, state, system?.rootDeviceName ?? ''),
  };
}
