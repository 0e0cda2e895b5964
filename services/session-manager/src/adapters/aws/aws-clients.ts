import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { awsClientSettings, withFailpoints } from '@deskfleet/aws';

export interface AwsClients {
  ec2: EC2Client;
  ssm: SSMClient;
  destroy(): void;
}

/** Retries are ours (domain/), since the SDK would repeat "no capacity" for minutes and knows nothing of our budget. */
export function createAwsClients(region: string): AwsClients {
  const settings = { ...awsClientSettings(region), maxAttempts: 1 };
  const ec2 = withFailpoints(new EC2Client(settings));
  const ssm = withFailpoints(new SSMClient(settings));
  return {
    ec2,
    ssm,
    destroy() {
      ec2.destroy();
      ssm.destroy();
    },
  };
}
