import { standardPermissionSets } from '@deskfleet/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { Fleet } from './fleet.ts';

interface ToldRow {
  session_id: string;
  state_since: Date;
  digest: string;
  share_ids: string[];
  /** Users of the shares. */
  guests: string[];
  applied_at: Date;
}

/** What is needed of whatever session-manager runs in. */
export type Surroundings = Pick<Fleet, 'tamper' | 'rows' | 'host' | 'status' | 'sim' | 'now' | 'callCounts'>;

/** Shares of a fleet's desktops, written as the gateway does, and what their hosts make of them. */
export class Guests {
  private readonly fleet: Surroundings;

  constructor(fleet: Surroundings) {
    this.fleet = fleet;
  }

  async exist(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.fleet.tamper(
        'insert into api_gateway.users (name, last_seen_at) values ($1, now()) on conflict do nothing',
        [name],
      );
    }
  }

  /** Grants a share with one of the standard permission sets; returns its id. */
  async grant(
    sessionId: string,
    user: string,
    { minutes = 60, permissions = 'full' }: { minutes?: number; permissions?: string } = {},
  ): Promise<string> {
    await this.exist(user);
    const id = uuidv7();
    const set = standardPermissionSets.find(({ name }) => name === permissions);
    const now = this.fleet.now();
    await this.fleet.tamper(
      `insert into api_gateway.shares (id, session_id, user_name, permissions, features, granted_by, created_at, expires_at)
       values ($1, $2, $3, $4, $5, 'user:alice', $6, $7)`,
      [id, sessionId, user, permissions, set?.features, now, new Date(now.getTime() + minutes * 60_000)],
    );
    return id;
  }

  async withdraw(shareId: string): Promise<void> {
    await this.fleet.tamper(
      `update api_gateway.shares set ended_at = $2, ended_cause = 'user:alice' where id = $1`,
      [shareId, this.fleet.now()],
    );
  }

  async disable(user: string): Promise<void> {
    const change = 'disabled_at = now(), access_epoch = access_epoch + 1';
    await this.fleet.tamper(`update api_gateway.users set ${change} where name = $1`, [user]);
  }

  async enable(user: string): Promise<void> {
    await this.fleet.tamper('update api_gateway.users set disabled_at = null where name = $1', [user]);
  }

  async connect(sessionId: string, users: string[]): Promise<void> {
    await this.fleet.host(sessionId, { connectedUsers: users });
  }

  /** Who is connected, by name. */
  async connected(sessionId: string): Promise<string[]> {
    const { connections } = await this.instance(sessionId);
    return connections.map(({ username }) => username);
  }

  /** The rules of the host's permission file, without the one that every file begins with. */
  async rules(sessionId: string): Promise<string[]> {
    const { host } = await this.instance(sessionId);
    return host.permissionFile.split('\n').slice(1, -1);
  }

  async told(sessionId: string): Promise<ToldRow | undefined> {
    const query = `select p.*, array(
         select h.user_name from api_gateway.shares h where h.id = any(p.share_ids) order by h.user_name
       ) as guests
       from session_manager.host_permissions p where p.session_id = $1`;
    return (await this.fleet.rows<ToldRow>(query, [sessionId]))[0];
  }

  /** Commands sent to hosts since the last time it was asked. */
  async commands(): Promise<number> {
    const { SendCommand } = await this.fleet.callCounts();
    await this.fleet.sim('DELETE', '/calls');
    return SendCommand?.calls ?? 0;
  }

  private async instance(sessionId: string) {
    const { instance_id } = await this.fleet.status(sessionId);
    return (await this.fleet.sim('GET', `/instances/${instance_id}`)) as {
      host: { permissionFile: string };
      connections: { username: string }[];
    };
  }
}
