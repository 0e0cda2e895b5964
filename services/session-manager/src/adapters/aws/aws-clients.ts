import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { failpoint } from '@deskfleet/runtime';
import type { Pluggable } from '@smithy/types';

export interface AwsClients {
  ec2: EC2Client;
  ssm: SSMClient;
  destroy(): void;
}

/** Less than the lease (adapters/postgres/lease.ts): whoever has lost it has no call under way. */
const requestTimeoutMilliseconds = 10_000;

/**
 * The SDK's clients; endpoint and credentials come from the SDK's own variables. Retries are ours (domain/), since the
 * SDK would repeat "no capacity" for minutes and knows nothing of our budget.
 */
export function createAwsClients(region: string): AwsClients {
  const settings = {
    region,
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: requestTimeoutMilliseconds,
      connectionTimeout: 3_000,
      throwOnRequestTimeout: true,
    },
  };
  const ec2 = new EC2Client(settings);
  const ssm = new SSMClient(settings);
  ec2.middlewareStack.use(failpoints());
  ssm.middlewareStack.use(failpoints());
  return {
    ec2,
    ssm,
    destroy() {
      ec2.destroy();
      ssm.destroy();
    },
  };
}

/** Lets tests crash the process just before and just after each call, as `aws.<Call>.before` and `.after`. */
function failpoints<Input extends object, Output extends object>(): Pluggable<Input, Output> {
  return {
    applyToStack(stack) {
      stack.add(
        (next, context) => async (input) => {
          const call = (context.commandName ?? 'Unknown').replace(/Command$/, '');
          failpoint(`aws.${call}.before`);
          const output = await next(input);
          failpoint(`aws.${call}.after`);
          return output;
        },
        { step: 'initialize', name: 'failpoints' },
      );
    },
  };
}
