import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SSMClient } from '@aws-sdk/client-ssm';
import { awsClientSettings, withFailpoints } from '@deskfleet/aws';

export interface AwsClients {
  cloudWatch: CloudWatchClient;
  ssm: SSMClient;
  destroy(): void;
}

/** About half a minute of a call's own retries (SDK: full jitter, from 1 s doubling, where AWS throttles). */
const maxAttempts = 6;

/**
 * Every call here only looks, so the SDK may repeat it. Its adaptive mode also calls less often while AWS throttles, which a
 * sweep of thousands of desktops must not answer by trying harder.
 */
export function createAwsClients(region: string): AwsClients {
  const settings = { ...awsClientSettings(region), retryMode: 'adaptive', maxAttempts };
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
