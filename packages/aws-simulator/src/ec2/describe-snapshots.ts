import { accountId } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import { snapshotProgress } from '../state/images.ts';
import type { ImageRecord } from '../state/records.ts';
import { describedAt, type Ec2Call, toIso } from './ec2-call.ts';
import { compileFilters, type FilterValues, tagFilterValues } from './filters.ts';
import { cutPage, type PageLimits } from './pages.ts';
import { filtersOf, textsOf } from './query-form.ts';
import { tagsXml } from './tags.ts';
import type { XmlObject } from './xml.ts';

const snapshotPages: PageLimits = { smallest: 5, largest: 1000, byDefault: Number.POSITIVE_INFINITY };

function statusAt({ outcome, finishedAt }: ImageRecord, at: number): string {
  if (outcome === 'hangs' || at < finishedAt) return 'pending';
  return outcome === 'fails' ? 'error' : 'completed';
}

function filterValuesAt(at: number): FilterValues<ImageRecord> {
  return (made, filterName) => {
    switch (filterName) {
      case 'snapshot-id':
        return [made.image.rootSnapshotId];
      case 'volume-id':
        return [made.sourceVolumeId];
      case 'owner-id':
        return [accountId];
      case 'status':
        return [statusAt(made, at)];
      case 'progress':
        return [`${snapshotProgress(made, at)}%`];
      default:
        return tagFilterValues(made.snapshotTags, filterName);
    }
  };
}

function snapshotXml(made: ImageRecord, at: number): XmlObject {
  const { image, sourceInstanceId, sourceVolumeId, requestedAt } = made;
  const status = statusAt(made, at);
  return {
    snapshotId: image.rootSnapshotId,
    volumeId: sourceVolumeId,
    status,
    startTime: toIso(requestedAt),
    completionTime: status === 'completed' ? toIso(made.finishedAt) : undefined,
    progress: `${snapshotProgress(made, at)}%`,
    ownerId: accountId,
    volumeSize: image.rootSizeGiB,
    description: `Created by CreateImage(${sourceInstanceId}) for ${image.imageId}`,
    encrypted: image.rootEncrypted,
    storageTier: 'standard',
    tagSet: tagsXml(made.snapshotTags),
  };
}

function checkIds(ids: readonly string[], found: readonly ImageRecord[]): void {
  const known = new Set(found.map((made) => made.image.rootSnapshotId));
  for (const id of ids) {
    if (!/^snap-[0-9a-f]{8,17}$/.test(id)) {
      throw new AwsError('InvalidSnapshotID.Malformed', `Invalid id: "${id}" (expecting "snap-...")`);
    }
    if (!known.has(id))
      throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
  }
}

/** DescribeSnapshots: those of the account's own images, which outlive the images. Published images show none. */
export function describeSnapshots({ world, form, region }: Ec2Call): XmlObject {
  const at = describedAt(world);
  const made = [...world.images.values()].filter(
    (record) => record.region === region && record.requestedAt <= at,
  );
  const ids = textsOf(form, 'SnapshotId');
  checkIds(ids, made);
  const owners = textsOf(form, 'Owner');
  const isMine = owners.length === 0 || owners.includes('self') || owners.includes(accountId);
  const found = made
    .filter(({ image }) => isMine && (ids.length === 0 || ids.includes(image.rootSnapshotId)))
    .filter(compileFilters(filtersOf(form), filterValuesAt(at)));
  const positions = new Map(found.map((record, position) => [record, position]));
  const page = cutPage(form, found, (record) => positions.get(record) ?? 0, snapshotPages);
  return { snapshotSet: page.items.map((record) => snapshotXml(record, at)), nextToken: page.nextToken };
}
