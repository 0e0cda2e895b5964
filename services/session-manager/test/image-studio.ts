import { v7 as uuidv7 } from 'uuid';
import type { Fleet } from './fleet.ts';

interface ImageRow {
  state: string;
  ami_id: string | null;
  progress_percent: number | null;
  min_root_volume_gib: number | null;
  reason_code: string | null;
  reason_sentence: string | null;
}

interface SimulatedImage {
  imageId: string;
  name: string;
  state: string;
  tags: Record<string, string>;
}

/** Images of a fleet's desktops: asked for as the gateway does, looked at in the database and at the simulator. */
export class ImageStudio {
  private readonly fleet: Fleet;

  constructor(fleet: Fleet) {
    this.fleet = fleet;
  }

  /** What the gateway writes when it accepts that an image be made. */
  async request(sessionId: string, name: string): Promise<string> {
    const id = uuidv7();
    await this.fleet.tamper(
      `insert into api_gateway.images (id, session_id, name, description, requested_by, correlation_id)
       values ($1, $2, $3, 'for everybody', 'admin:carol', 'request-1')`,
      [id, sessionId, name],
    );
    return id;
  }

  /** One look at all images that are not finished, some seconds after the last. */
  async pass({ secondsLater = 15 } = {}): Promise<void> {
    this.fleet.advance(secondsLater);
    await this.fleet.manager.images.pass();
  }

  async reaches(id: string, state: string, { secondsApart = 15, passes = 40 } = {}): Promise<ImageRow> {
    for (let i = 0; i < passes; i++) {
      await this.pass({ secondsLater: secondsApart });
      const image = await this.row(id);
      if (image.state === state) return image;
    }
    throw new Error(`${id} is ${JSON.stringify(await this.row(id))} after ${passes} passes, not ${state}`);
  }

  async row(id: string): Promise<ImageRow> {
    const [row] = await this.fleet.rows<ImageRow>('select * from session_manager.images where id = $1', [id]);
    if (!row) throw new Error(`no image ${id}`);
    return row;
  }

  /** What EC2 has of an image: more than one is the worst that can happen. */
  async atEc2(id: string): Promise<SimulatedImage[]> {
    const { images } = (await this.fleet.sim('GET', '/images')) as { images: SimulatedImage[] };
    return images.filter(({ tags }) => tags?.['deskfleet:image'] === id);
  }

  /** `data` of the events that told of the image. */
  async events(id: string): Promise<{ type: string; correlationid: string; data: object }[]> {
    const rows = await this.fleet.rows<{ event: { type: string; correlationid: string; data: object } }>(
      `select event::jsonb as event from session_manager.outbox
       where event::jsonb #>> '{data,imageId}' = $1 order by seq`,
      [id],
    );
    return rows.map(({ event }) => event);
  }

  /** Another one after every boot of the desktop's machine. */
  async bootIdOf(sessionId: string): Promise<string> {
    const { instances } = (await this.fleet.sim('GET', '/instances')) as {
      instances: { tags: Record<string, string>; host: { bootId: string } }[];
    };
    const instance = instances.find(({ tags }) => tags['deskfleet:session'] === sessionId);
    if (!instance) throw new Error(`no instance of ${sessionId}`);
    return instance.host.bootId;
  }

  async calls(api: string): Promise<number> {
    return (await this.fleet.callCounts())[api]?.calls ?? 0;
  }
}
