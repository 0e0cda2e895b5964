import { failpoint } from '@deskfleet/runtime';
import type { Pluggable } from '@smithy/types';

/** Less than a lease lasts (packages/database/src/lease.ts): whoever has lost it has no call under way. */
const requestTimeoutMilliseconds = 10_000;

export interface AwsClientSettings {
  region: string;
  requestHandler: { requestTimeout: number; connectionTimeout: number; throwOnRequestTimeout: boolean };
}

/** For every client of the SDK; endpoint and credentials come from the SDK's own variables. */
export function awsClientSettings(region: string): AwsClientSettings {
  return {
    region,
    requestHandler: {
      requestTimeout: requestTimeoutMilliseconds,
      connectionTimeout: 3_000,
      throwOnRequestTimeout: true,
    },
  };
}

/** Lets tests crash the process just before and just after each call, as `aws.<Call>.before` and `.after`. */
export function withFailpoints<Input extends object, Output extends object, Client>(
  client: Client & { middlewareStack: { use(plugin: Pluggable<Input, Output>): void } },
): Client {
  client.middlewareStack.use({
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
  });
  return client;
}
