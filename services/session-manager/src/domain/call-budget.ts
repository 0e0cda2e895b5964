import type { PowerCall } from './decide-call-failure.ts';
import { type BucketLimits, TokenBucket } from './token-bucket.ts';

/** The calls of which AWS's limits are low enough to matter. */
export type BudgetedCall = 'run' | PowerCall | 'modify';

/** Calls that are one API, and so one bucket, at EC2. */
type BucketName = 'run' | 'start' | 'stop' | 'reboot' | 'modify' | 'terminate';

interface CallLimits {
  requests: BucketLimits;
  instances: BucketLimits;
}

const shareOfRefill = 0.97;

/**
 * EC2 API throttling, default token buckets per account and region (EC2 developer guide, "Request throttling"). We stay
 * a little below the refill, as the account may be used by others and clocks differ.
 */
const ec2Limits: Record<BucketName, CallLimits> = {
  run: { requests: limits(5, 2), instances: limits(1000, 2) },
  start: { requests: limits(5, 2), instances: limits(1000, 2) },
  stop: { requests: limits(50, 5), instances: limits(1000, 20) },
  reboot: { requests: limits(50, 5), instances: limits(1000, 20) },
  // Counted by requests only; the bucket of calls that the guide does not list by name.
  modify: { requests: limits(50, 5), instances: limits(1000, 1000) },
  terminate: { requests: limits(100, 5), instances: limits(1000, 20) },
};

function limits(size: number, refillPerSecond: number): BucketLimits {
  return { size, refillPerSecond: refillPerSecond * shareOfRefill };
}

/** EC2 takes up to 1,000 ids in these calls; smaller ones lose less when one id is bad. */
const largestBatch = 100;

/** What we may still ask of EC2 without being throttled, per call family: one never waits for another. */
export class CallBudget {
  private readonly buckets: Record<BucketName, { requests: TokenBucket; instances: TokenBucket }>;

  /** `at` and all later times are milliseconds of a clock that only moves forward. */
  constructor(at: number) {
    const open = ({ requests, instances }: CallLimits) => ({
      requests: new TokenBucket(requests, at),
      instances: new TokenBucket(instances, at),
    });
    this.buckets = {
      run: open(ec2Limits.run),
      start: open(ec2Limits.start),
      stop: open(ec2Limits.stop),
      reboot: open(ec2Limits.reboot),
      modify: open(ec2Limits.modify),
      terminate: open(ec2Limits.terminate),
    };
  }

  /** Takes one request for up to `wanted` instances, and says how many it may name: 0 when none can be made now. */
  takeBatch(call: BudgetedCall, wanted: number, at: number): number {
    const { requests, instances } = this.buckets[bucketOf(call)];
    if (requests.available(at) < 1) return 0;
    const granted = Math.min(wanted, largestBatch, Math.max(0, instances.available(at)));
    if (granted === 0) return 0;
    requests.take(1, at);
    instances.take(granted, at);
    return granted;
  }

  /** The call that this was taken for was not made. */
  giveBack(call: BudgetedCall, instances: number, at: number): void {
    const bucket = this.buckets[bucketOf(call)];
    bucket.requests.take(-1, at);
    bucket.instances.take(-instances, at);
  }

  /** AWS throttled this call all the same. */
  throttled(call: BudgetedCall, at: number): void {
    this.buckets[bucketOf(call)].requests.drain(at);
  }
}

function bucketOf(call: BudgetedCall): BucketName {
  return call === 'force-stop' || call === 'hibernate' ? 'stop' : call;
}
