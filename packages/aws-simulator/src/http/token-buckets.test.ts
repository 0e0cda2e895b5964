import { expect, test } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

/** How many calls pass at once, and how many more after ten seconds. */
function measure(api: string, paged: boolean, instances: number): { burst: number; inTenSeconds: number } {
  const buckets = new TokenBuckets();
  const passing = (now: number) => {
    for (let calls = 0; calls < 10_000; calls += 1) {
      try {
        buckets.take({ api, region: 'us-east-1', paged, instances }, now);
      } catch {
        return calls;
      }
    }
    throw new Error(`${api} has no bucket`);
  };
  return { burst: passing(0), inTenSeconds: passing(10_000) };
}

// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
test.each([
  ['RunInstances', false, 1, 5, 5],
  ['StartInstances', false, 1, 5, 5],
  ['StopInstances', false, 1, 50, 50],
  ['TerminateInstances', false, 1, 100, 50],
  ['RebootInstances', false, 1, 50, 50],
  ['ModifyInstanceAttribute', false, 1, 50, 50],
  ['CreateImage', false, 1, 50, 50],
  ['DeregisterImage', false, 0, 100, 50],
  ['CreateTags', false, 0, 100, 100],
  ['DescribeInstances', true, 0, 100, 100],
  ['DescribeInstances', false, 0, 50, 50],
  ['DescribeVolumes', false, 0, 50, 50],
  ['DescribeSnapshots', false, 0, 50, 50],
  ['DescribeImages', false, 0, 100, 100],
  ['DescribeSubnets', false, 0, 100, 100],
  ['DescribeInstanceTypes', false, 0, 100, 100],
])('%s (paged or filtered: %s) has AWS’s bucket', (api, paged, instances, burst, inTenSeconds) => {
  expect(measure(api, paged, instances)).toEqual({ burst, inTenSeconds });
});

test.each([
  ['StartInstances', 5, 0],
  ['StopInstances', 5, 1],
  ['TerminateInstances', 5, 1],
  // No bucket counts the instances of a reboot: 50 calls, of however many.
  ['RebootInstances', 50, 50],
])('%s of 200 instances a call', (api, burst, inTenSeconds) => {
  expect(measure(api, false, 200)).toEqual({ burst, inTenSeconds });
});
