import { AwsError } from './aws-error.ts';

interface BucketSize {
  size: number;
  refillPerSecond: number;
}

interface ApiLimits {
  requests: BucketSize;
  /** Taken once per instance that the call names or launches. */
  resources?: BucketSize;
}

// Defaults per account and region: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
const instanceChanges = { size: 1000, refillPerSecond: 20 };
const launches = { size: 1000, refillPerSecond: 2 };
const byName: Readonly<Record<string, ApiLimits>> = {
  RunInstances: { requests: { size: 5, refillPerSecond: 2 }, resources: launches },
  StartInstances: { requests: { size: 5, refillPerSecond: 2 }, resources: launches },
  StopInstances: { requests: { size: 50, refillPerSecond: 5 }, resources: instanceChanges },
  TerminateInstances: { requests: { size: 100, refillPerSecond: 5 }, resources: instanceChanges },
  CreateTags: { requests: { size: 100, refillPerSecond: 10 } },
  DeregisterImage: { requests: { size: 100, refillPerSecond: 5 } },
};
const read: ApiLimits = { requests: { size: 100, refillPerSecond: 20 } };
const unpagedRead: ApiLimits = { requests: { size: 50, refillPerSecond: 10 } };
// Only these have a smaller bucket for requests with neither pages nor filters.
const throttledUnpaged = ['DescribeInstances', 'DescribeSnapshots', 'DescribeVolumes'];
// RebootInstances, ModifyInstanceAttribute and CreateImage among them: requests count, however many instances they name.
const otherChange: ApiLimits = { requests: { size: 50, refillPerSecond: 5 } };

/** What a throttle needs to know of an EC2 call. */
export interface ThrottledCall {
  api: string;
  region: string;
  /** Some Describe calls have larger buckets when paged or filtered. */
  paged: boolean;
  instances: number;
}

function limitsOf({ api, paged }: ThrottledCall): { name: string; limits: ApiLimits } {
  const own = byName[api];
  if (own) return { name: api, limits: own };
  if (!api.startsWith('Describe')) return { name: api, limits: otherChange };
  const small = !paged && throttledUnpaged.includes(api);
  return small ? { name: `${api} unpaged`, limits: unpagedRead } : { name: api, limits: read };
}

/** AWS's token buckets for EC2, in simulator time. A refused call takes nothing. */
export class TokenBuckets {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** Throws RequestLimitExceeded when a bucket holds too little for the call. */
  take(call: ThrottledCall, now: number): void {
    const { name, limits } = limitsOf(call);
    const requests = this.#refilled(`${call.region} ${name}`, limits.requests, now);
    const resources =
      limits.resources && this.#refilled(`${call.region} ${name} instances`, limits.resources, now);
    if (requests.tokens < 1 || (resources && resources.tokens < call.instances)) {
      throw new AwsError('RequestLimitExceeded', 'Request limit exceeded.');
    }
    requests.tokens -= 1;
    if (resources) resources.tokens -= call.instances;
  }

  reset(): void {
    this.#buckets.clear();
  }

  #refilled(
    name: string,
    { size, refillPerSecond }: BucketSize,
    now: number,
  ): { tokens: number; at: number } {
    const bucket = this.#buckets.get(name) ?? { tokens: size, at: now };
    this.#buckets.set(name, bucket);
    const seconds = Math.max(0, now - bucket.at) / 1000;
    bucket.tokens = Math.min(size, bucket.tokens + seconds * refillPerSecond);
    bucket.at = now;
    return bucket;
  }
}
