import type { Image } from '../catalogue/images.ts';
import { accountId } from '../catalogue/network.ts';
import { type ImageState, imageStateAt, visibleImages } from '../state/images.ts';
import type { World } from '../state/world.ts';
import { describedAt, type Ec2Call } from './ec2-call.ts';
import { compileFilters, type FilterValues, tagFilterValues } from './filters.ts';
import { checkImageId, imageNotFound, isKnownImage } from './launchable-image.ts';
import { cutPage, type PageLimits } from './pages.ts';
import { filtersOf, textsOf } from './query-form.ts';
import { tagsXml } from './tags.ts';
import type { XmlObject, XmlValue } from './xml.ts';

const imagePages: PageLimits = { smallest: 1, largest: 1000, byDefault: Number.POSITIVE_INFINITY };

interface Shown {
  image: Image;
  state: ImageState;
  tags: Record<string, string>;
  sourceInstanceId: string | undefined;
}

function show(world: World, image: Image, at: number): Shown {
  const made = world.images.get(image.imageId);
  return {
    image,
    state: imageStateAt(world, image.imageId, at),
    tags: made?.tags ?? {},
    sourceInstanceId: made?.sourceInstanceId,
  };
}

const filterValues: FilterValues<Shown> = ({ image, state, tags }, filterName) => {
  switch (filterName) {
    case 'image-id':
      return [image.imageId];
    case 'name':
      return [image.name];
    case 'description':
      return [image.description];
    case 'architecture':
      return [image.architecture];
    case 'platform':
      return image.system.platform === 'windows' ? ['windows'] : [];
    case 'state':
      return [state];
    case 'owner-id':
      return [image.system.ownerId];
    case 'owner-alias':
      return image.system.ownerAlias === null ? [] : [image.system.ownerAlias];
    case 'is-public':
      return [String(image.system.ownerId !== accountId)];
    default:
      return tagFilterValues(tags, filterName);
  }
};

function isOwnedBy({ system }: Image, owners: readonly string[]): boolean {
  if (owners.length === 0) return true;
  const names = [system.ownerId, system.ownerAlias, system.ownerId === accountId ? 'self' : null];
  return owners.some((owner) => names.includes(owner));
}

function rootDeviceXml(image: Image): XmlValue {
  const ebs = {
    snapshotId: image.rootSnapshotId,
    volumeSize: image.rootSizeGiB,
    deleteOnTermination: true,
    volumeType: 'gp3',
    iops: 3000,
    throughput: 125,
    encrypted: image.rootEncrypted,
  };
  return [{ deviceName: image.system.rootDeviceName, ebs }];
}

function failureXml(state: ImageState): XmlValue {
  if (state !== 'failed') return undefined;
  return {
    code: 'Server.InternalError',
    message: 'Server.InternalError: An internal error has occurred',
  };
}

function imageXml({ image, state, tags, sourceInstanceId }: Shown): XmlObject {
  const { system } = image;
  const windows = system.platform === 'windows';
  return {
    imageId: image.imageId,
    imageLocation: `${system.ownerAlias ?? system.ownerId}/${image.name}`,
    imageState: state,
    imageOwnerId: system.ownerId,
    creationDate: image.createdAt,
    isPublic: system.ownerId !== accountId,
    architecture: image.architecture,
    imageType: 'machine',
    platform: windows ? 'windows' : undefined,
    stateReason: failureXml(state),
    imageOwnerAlias: system.ownerAlias ?? undefined,
    name: image.name,
    description: image.description,
    rootDeviceType: 'ebs',
    rootDeviceName: system.rootDeviceName,
    blockDeviceMapping: rootDeviceXml(image),
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    enaSupport: true,
    sriovNetSupport: 'simple',
    platformDetails: system.platformDetails,
    usageOperation: system.usageOperation,
    bootMode: windows ? undefined : 'uefi-preferred',
    sourceInstanceId,
    tagSet: tagsXml(tags),
  };
}

function checkIds({ world, region }: Ec2Call, ids: readonly string[]): void {
  for (const id of ids) {
    checkImageId(id);
    if (!isKnownImage(world, region, id)) throw imageNotFound(id);
  }
}

/** DescribeImages by ids, owners and filters. A recently deregistered image is no error, and not in the answer. */
export function describeImages(call: Ec2Call): XmlObject {
  const { world, form, region } = call;
  const ids = textsOf(form, 'ImageId');
  checkIds(call, ids);
  const at = describedAt(world);
  const owners = textsOf(form, 'Owner');
  const shown = visibleImages(world, region, at)
    .filter((image) => (ids.length === 0 || ids.includes(image.imageId)) && isOwnedBy(image, owners))
    .map((image) => show(world, image, at))
    .filter(compileFilters(filtersOf(form), filterValues));
  const positions = new Map(shown.map((each, position) => [each, position]));
  const page = cutPage(form, shown, (each) => positions.get(each) ?? 0, imagePages);
  return { imagesSet: page.items.map(imageXml), nextToken: page.nextToken };
}
