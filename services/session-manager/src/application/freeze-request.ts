import type { StateReason } from '@deskfleet/contracts';
import type { Place } from '../domain/choose-place.ts';
import type { LaunchRequest } from '../domain/launch-request.ts';
import type { AwsFailure } from '../domain/reasons.ts';
import { hostSpecOf } from './host-spec-of.ts';
import type { LaunchParts } from './launch-parts.ts';
import type { ResolvedImage } from './ports.ts';
import type { LaunchSettings, ReconcilerDeps } from './reconciler-deps.ts';
import type { LaunchSpec } from './session-store.ts';

/** Everything that RunInstances is asked with, fixed before the first try: a repetition must be the same. */
export async function freezeRequest(
  deps: Pick<ReconcilerDeps, 'images' | 'launch' | 'renderUserData'>,
  parts: LaunchParts,
): Promise<{ request: LaunchRequest } | { failure: AwsFailure } | { fault: StateReason }> {
  const { spec, place } = parts;
  const image = place.hasGpu ? (spec.graphicsImage ?? spec.image) : spec.image;
  const resolved = await deps.images.resolve(image);
  if ('failure' in resolved) return resolved;
  const rendered = deps.renderUserData(hostSpecOf(parts));
  if ('fault' in rendered) return rendered;
  const { userData } = rendered;
  return { request: requestOf(deps.launch, { spec, place, image: resolved.image, userData }) };
}

interface RequestParts {
  spec: LaunchSpec;
  place: Place;
  image: ResolvedImage;
  userData: string;
}

function requestOf(launch: LaunchSettings, { spec, place, image, userData }: RequestParts): LaunchRequest {
  return {
    imageId: image.imageId,
    instanceType: place.instanceType,
    subnetId: place.subnetId,
    zone: place.zone,
    securityGroupIds: launch.securityGroupIds,
    instanceProfileArn: launch.instanceProfileArn,
    rootVolumeGiB: Math.max(spec.rootVolumeGiB, image.minRootVolumeGiB),
    rootDeviceName: image.rootDeviceName,
    hibernation: spec.hibernation,
    userData,
    tags: {
      ...launch.tags,
      Name: `${launch.clusterId}-${spec.owner}-${spec.name}`.slice(0, longestTagValue),
      'deskfleet:cluster': launch.clusterId,
      'deskfleet:session': spec.sessionId,
      'deskfleet:owner': spec.owner.slice(0, longestTagValue),
      ...(spec.project !== null && { 'deskfleet:project': spec.project }),
    },
  };
}

/** EC2 user guide, "Tag restrictions". */
const longestTagValue = 255;
