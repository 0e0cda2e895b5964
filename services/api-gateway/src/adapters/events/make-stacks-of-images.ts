import type { Database } from '@deskfleet/database';
import { type Bus, type Consumer, startConsumer } from '@deskfleet/messaging';
import type { Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { becomeStack } from '../postgres/become-stack.ts';

export interface MakeStacksOptions {
  bus: Bus;
  db: Kysely<Database>;
  logger: Logger;
  metrics: Registry;
}

/** Makes a software stack of an image when session-manager says that it is available; the rows say so too. */
export function makeStacksOfImages(options: MakeStacksOptions): Consumer {
  return startConsumer({
    ...options,
    schema: 'api_gateway',
    durable: 'api-gateway-image-available',
    type: 'deskfleet.image.available.v1',
    handle: (event, trx) => becomeStack(trx, event.data.imageId),
  });
}
