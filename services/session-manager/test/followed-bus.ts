import { type EventData, type EventType, schemaNameOf, subjectOf } from '@deskfleet/contracts';
import { type Bus, connectBus } from '@deskfleet/messaging';
import { createTestStream } from '@deskfleet/testkit';
import { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { followAutomaticEvents } from '../src/adapters/events/follow-automatic-events.ts';
import type { Fleet } from './fleet.ts';

/** A stream of its own, to which other services publish, and which a fleet's session-manager follows. */
export class FollowedBus {
  private readonly fleet: Fleet;
  private readonly bus: Bus;
  private readonly followers: { stop(): Promise<void> }[] = [];

  constructor(fleet: Fleet) {
    this.fleet = fleet;
    const { natsUrl, streamName, subjectPrefix } = createTestStream();
    this.bus = connectBus({
      servers: natsUrl,
      name: 'test',
      logger: fleet.logger,
      stream: { name: streamName, subjectPrefix },
    });
  }

  /** The same id is the same event, told once more. */
  async publish<Type extends EventType>(
    type: Type,
    data: EventData<Type> & { sessionId: string },
    id = uuidv7(),
  ): Promise<void> {
    const { js } = await this.bus.connected(AbortSignal.timeout(10_000));
    await this.bus.ensureStream();
    const event = {
      specversion: '1.0',
      id,
      source: '/deskfleet/test',
      type,
      subject: data.sessionId,
      time: this.fleet.now().toISOString(),
      datacontenttype: 'application/json',
      dataschema: `http://localhost:8080/schemas/${schemaNameOf(type)}.json`,
      data,
    };
    await js.publish(subjectOf(type, data.sessionId, this.bus.subjectPrefix), JSON.stringify(event));
  }

  follow(wake: () => void = () => {}): void {
    const { connection, manager, logger } = this.fleet;
    const follower = followAutomaticEvents({
      bus: this.bus,
      db: connection.db,
      handlers: manager.automatic,
      wake,
      logger,
      metrics: new Registry(),
    });
    this.followers.push(follower);
  }

  async close(): Promise<void> {
    for (const follower of this.followers) await follower.stop();
    await this.bus.close();
  }
}
