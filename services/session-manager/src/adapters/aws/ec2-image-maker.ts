import {
  CreateImageCommand,
  DescribeImagesCommand,
  type EC2Client,
  type Image,
  paginateDescribeImages,
  paginateDescribeSnapshots,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import type { ImageMaker } from '../../application/ports.ts';
import { type ImageRequest, imageTag } from '../../domain/image-request.ts';
import type { ImageObservation } from '../../domain/image-status.ts';
import { classifyAwsError } from './classify-aws-error.ts';

/** Describe calls: the largest page, and the most values that one filter takes (EC2 API reference). */
const pageSize = 1000;
const filterValues = 200;

/** EC2 as the making of images needs it. */
export function createEc2ImageMaker(client: EC2Client): ImageMaker {
  return {
    async create(request) {
      try {
        const { ImageId: amiId } = await client.send(createCommand(request));
        if (amiId) return { amiId };
        return { failure: { kind: 'unclear', code: 'EmptyAnswer', message: 'CreateImage named no image' } };
      } catch (error) {
        const failure = classifyAwsError(error);
        return failure.code === 'InvalidAMIName.Duplicate' ? { nameTaken: true } : { failure };
      }
    },

    findByName: (name) =>
      answered(async () => {
        const Filters = [{ Name: 'name', Values: [name] }];
        const { Images } = await client.send(new DescribeImagesCommand({ Owners: ['self'], Filters }));
        return { amiId: Images?.[0]?.ImageId ?? null };
      }),

    // A filter and not ImageIds: an id that EC2 does not know would fail the whole call.
    observe: (amiIds) =>
      answered(async () => {
        const images = await inParts(amiIds, async (Values) => {
          const Filters = [{ Name: 'image-id', Values }];
          return collect(
            paginateDescribeImages({ client, pageSize }, { Owners: ['self'], Filters }),
            (page) => page.Images,
          );
        });
        return { observations: images.flatMap((image) => observeImage(image) ?? []) };
      }),

    // By the tag and not by the image's own list, which names the snapshots only some time after they have begun.
    percentCopied: (imageIds) =>
      answered(async () => {
        const snapshots = await inParts(imageIds, async (Values) => {
          const Filters = [{ Name: `tag:${imageTag}`, Values }];
          return collect(
            paginateDescribeSnapshots({ client, pageSize }, { OwnerIds: ['self'], Filters }),
            (page) => page.Snapshots,
          );
        });
        return { percents: percentsOf(snapshots) };
      }),
  };
}

/** Without a reboot, as people work on the machine; EC2 then images what has reached the disk. */
function createCommand({ name, description, instanceId, tags }: ImageRequest): CreateImageCommand {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return new CreateImageCommand({
    InstanceId: instanceId,
    Name: name,
    Description: description,
    NoReboot: true,
    TagSpecifications: [
      { ResourceType: 'image', Tags },
      { ResourceType: 'snapshot', Tags },
    ],
  });
}

async function answered<Answer extends object>(ask: () => Promise<Answer>) {
  try {
    return await ask();
  } catch (error) {
    return { failure: classifyAwsError(error) };
  }
}

async function inParts<Found>(values: string[], find: (part: string[]) => Promise<Found[]>) {
  const found: Found[] = [];
  for (let i = 0; i < values.length; i += filterValues) {
    found.push(...(await find(values.slice(i, i + filterValues))));
  }
  return found;
}

async function collect<Page, Found>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => Found[] | undefined,
) {
  const found: Found[] = [];
  for await (const page of pages) found.push(...(itemsOf(page) ?? []));
  return found;
}

function observeImage(image: Image): ImageObservation | null {
  if (!image.ImageId) return null;
  const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === image.RootDeviceName);
  return {
    amiId: image.ImageId,
    state: stateOf(image),
    failure: image.StateReason?.Message ?? null,
    rootVolumeGiB: root?.Ebs?.VolumeSize ?? null,
  };
}

/** `transient` is on its way; `invalid`, `error`, `failed`, `deregistered` and `disabled` cannot be launched from. */
function stateOf({ State }: Image): ImageObservation['state'] {
  if (State === 'available') return 'available';
  return State === 'pending' || State === 'transient' ? 'pending' : 'failed';
}

/** Of all disks of an image together, by their sizes; EC2 writes `37%`. */
function percentsOf(snapshots: Snapshot[]): Map<string, number> {
  const sums = new Map<string, { copied: number; size: number }>();
  for (const { Tags, Progress, VolumeSize = 1 } of snapshots) {
    const imageId = Tags?.find(({ Key }) => Key === imageTag)?.Value;
    const percent = Number.parseInt(Progress ?? '', 10);
    if (!imageId || Number.isNaN(percent)) continue;
    const { copied, size } = sums.get(imageId) ?? { copied: 0, size: 0 };
    sums.set(imageId, { copied: copied + percent * VolumeSize, size: size + VolumeSize });
  }
  return new Map([...sums].map(([imageId, { copied, size }]) => [imageId, Math.floor(copied / size)]));
}
