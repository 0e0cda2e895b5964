import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SSMClient } from '@aws-sdk/client-ssm';
import { awsClientSettings, withFailpoints } from '@deskfleet/aws';

export interface AwsClients {
  cloudWatch: CloudWatchClient;
  ssm: SSMClient;
  destroy(): void;
}

/** About half a minute of a call's own retries: full jitter, doubling from 1 s where AWS throttles. */
const maxAttempts = 6;

/**
 * Every call here only looks, so the SDK may repeat it. Not in its adaptive mode: that takes the rate of the idle minutes
 * between two sweeps for what AWS allows, and after one throttled call sends one in two seconds.
 */
export function createAwsClients(region: string): AwsClients {
  const settings = { ...awsClientSettings(region), retryMode: 'standard', maxAttempts };
  const cloudWatch = withFailpoints(new CloudWatchClient(settings));
  const ssm = withFailpoints(new SSMClient(settings));
  return {
    cloudWatch,
    ssm,
    destroy() {
      cloudWatch.destroy();
      ssm.destroy();
    },
  };
}
