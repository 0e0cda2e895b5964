import { accountId, type Subnet, vpcId } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import { findImage } from '../state/images.ts';
import { stateAt } from '../state/instance-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import type { World } from '../state/world.ts';
import { describedAt, type Ec2Call, toIso } from './ec2-call.ts';
import { compileFilters, tagFilterValues } from './filters.ts';
import { cutPage, instancePages, type PageLimits } from './pages.ts';
import { filtersOf, textsOf } from './query-form.ts';
import { existingSubnets, freeAddresses, subnetNotFound } from './subnets.ts';
import { tagsXml } from './tags.ts';
import type { XmlObject } from './xml.ts';

const surroundingPages: PageLimits = { smallest: 5, largest: 1000, byDefault: Number.POSITIVE_INFINITY };

function pick<T>(all: ReadonlyMap<string, T>, ids: string[], notFound: (id: string) => AwsError): T[] {
  if (ids.length === 0) return [...all.values()];
  return ids.map((id) => {
    const found = all.get(id);
    if (found === undefined) throw notFound(id);
    return found;
  });
}

/** DescribeSubnets: one per zone, in the account's one VPC. */
export function describeSubnets({ world, form, region }: Ec2Call): XmlObject {
  const zone = (subnet: Subnet) => region + subnet.zoneLetter;
  const test = compileFilters<Subnet>(filtersOf(form), (subnet, filterName) => {
    if (filterName === 'subnet-id') return [subnet.subnetId];
    if (filterName === 'vpc-id') return [vpcId];
    return ['availability-zone', 'availabilityZone'].includes(filterName) ? [zone(subnet)] : undefined;
  });
  const found = pick(existingSubnets(world), textsOf(form, 'SubnetId'), subnetNotFound).filter(test);
  const page = cutPage(form, found, (subnet) => subnet.zoneIdNumber, surroundingPages);
  const subnetSet = page.items.map((subnet) => ({
    subnetId: subnet.subnetId,
    subnetArn: `arn:aws:ec2:${region}:${accountId}:subnet/${subnet.subnetId}`,
    state: 'available',
    ownerId: accountId,
    vpcId,
    cidrBlock: subnet.cidrBlock,
    availableIpAddressCount: freeAddresses(world, subnet.subnetId),
    availabilityZone: zone(subnet),
    availabilityZoneId: `${shortRegion(region)}-az${subnet.zoneIdNumber}`,
    defaultForAz: true,
    mapPublicIpOnLaunch: false,
    assignIpv6AddressOnCreation: false,
    tagSet: tagsXml({ Name: `desktops-${subnet.zoneLetter}` }),
  }));
  return { subnetSet, nextToken: page.nextToken };
}

/** us-east-1 → use1, as zone ids begin. */
function shortRegion(region: string): string {
  const [area = '', direction = '', number = ''] = region.split('-');
  return (
    area +
    direction
      .replace(/^(north|south)(east|west)$/, (_, a: string, b: string) => a.charAt(0) + b.charAt(0))
      .replace(/^(north|south|east|west|central)$/, (word) => word.charAt(0)) +
    number
  );
}

function volumeXml(world: World, instance: InstanceRecord): XmlObject {
  const { volume } = instance;
  const image = findImage(world, instance.imageId);
  const createTime = toIso(instance.powers[0]?.acceptedAt ?? 0);
  return {
    volumeId: volume.volumeId,
    size: volume.sizeGiB,
    snapshotId: image?.rootSnapshotId,
    availabilityZone: instance.zone,
    status: 'in-use',
    createTime,
    attachmentSet: [
      {
        volumeId: volume.volumeId,
        instanceId: instance.instanceId,
        device: image?.system.rootDeviceName,
        status: 'attached',
        attachTime: createTime,
        deleteOnTermination: volume.deleteOnTermination,
      },
    ],
    tagSet: tagsXml(volume.tags),
    volumeType: volume.type,
    iops: volume.iops ?? undefined,
    throughput: volume.throughput ?? undefined,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId ?? undefined,
    multiAttachEnabled: false,
  };
}

function volumeFilterValues(instance: InstanceRecord, filterName: string): string[] | undefined {
  switch (filterName) {
    case 'volume-id':
      return [instance.volume.volumeId];
    case 'attachment.instance-id':
      return [instance.instanceId];
    case 'availability-zone':
      return [instance.zone];
    case 'status':
      return ['in-use'];
    case 'encrypted':
      return [String(instance.volume.encrypted)];
    default:
      return tagFilterValues(instance.volume.tags, filterName);
  }
}

/** DescribeVolumes: the root volumes; one goes with its instance when that is terminated. */
export function describeVolumes({ world, form, region }: Ec2Call): XmlObject {
  const at = describedAt(world);
  const owners = [...world.instances.values()].filter((instance) => {
    const state = stateAt(instance.powers, at);
    return instance.region === region && state !== undefined && state !== 'terminated';
  });
  const byVolumeId = new Map(owners.map((instance) => [instance.volume.volumeId, instance]));
  const unknown = (id: string) =>
    new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  const found = pick(byVolumeId, textsOf(form, 'VolumeId'), unknown).filter(
    compileFilters(filtersOf(form), volumeFilterValues),
  );
  const page = cutPage(form, found, (instance) => instance.ordinal, instancePages);
  return { volumeSet: page.items.map((instance) => volumeXml(world, instance)), nextToken: page.nextToken };
}
