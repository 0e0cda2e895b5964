import { randomUUID } from 'node:crypto';
import type { Image, Problem, Session } from '@deskfleet/contracts';
import type { Gateway } from './gateway-fixture.ts';
import { publishAs } from './publish-event.ts';

/** The steps of an image's life at the gateway, as people and session-manager take them. */
export function imageSteps(gateway: Gateway) {
  /** A running desktop of somebody's. */
  async function desktopOf(owner: string): Promise<Session> {
    const session = await gateway.create(owner);
    await gateway.setState(session.id, 'running', { instance_id: `i-${randomUUID()}` });
    return session;
  }

  const ask = <Body = Problem>(user: string, sessionId: string, body: object, headers = {}) =>
    gateway.send<Body>(user, `POST /v1/sessions/${sessionId}/image`, { body, headers });

  async function request(
    sessionId: string,
    name = `image ${randomUUID()}`,
    description = '',
  ): Promise<Image> {
    const answer = await ask<Image>('admin', sessionId, { name, description });
    if (answer.status !== 202) throw new Error(answer.text);
    return answer.body;
  }

  /** What session-manager would write. */
  async function setProgress(image: Image, state: string, change: Record<string, unknown> = {}) {
    const row: Record<string, unknown> = {
      id: image.id,
      session_id: image.sessionId,
      state,
      next_look_at: new Date(),
      started_at: new Date(),
      ...change,
    };
    const columns = Object.keys(row);
    await gateway.owner.query(
      `insert into session_manager.images (${columns.join()}) values (${columns.map((_, i) => `$${i + 1}`).join()})
       on conflict (id) do update set ${columns.map((column) => `${column} = excluded.${column}`).join()}`,
      Object.values(row),
    );
  }

  const amiOf = ({ id }: Image) => `ami-${id.slice(-12)}`;
  const setAvailable = (image: Image, min_root_volume_gib = 80) =>
    setProgress(image, 'available', { ami_id: amiOf(image), min_root_volume_gib, finished_at: new Date() });
  const tellAvailable = (image: Image) =>
    publishAs(gateway, 'deskfleet.image.available.v1', {
      imageId: image.id,
      sessionId: image.sessionId,
      owner: 'somebody',
      name: image.name,
      amiId: amiOf(image),
    });
  const imageOf = async (image: Image) =>
    (await gateway.send<Image>('admin', `GET /v1/images/${image.id}`)).body;
  const stackRow = async (id: string | null) =>
    (await gateway.owner.query('select * from api_gateway.software_stacks where id = $1', [id])).rows[0];
  /** Whatever their names are. */
  const stacksOf = async (image: Image): Promise<number> =>
    (await gateway.owner.query('select from api_gateway.software_stacks where image = $1', [amiOf(image)]))
      .rowCount ?? 0;

  return {
    desktopOf,
    ask,
    request,
    setProgress,
    amiOf,
    setAvailable,
    tellAvailable,
    imageOf,
    stackRow,
    stacksOf,
  };
}

export type ImageSteps = ReturnType<typeof imageSteps>;
