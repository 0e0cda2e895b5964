import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import { LOCAL_USER_GRANT } from './provider-settings.ts';
import { RESOURCE, resourceServer } from './resource-server.ts';
import { embeddedUsers, findUser } from './users.ts';

/** The grant behind `npm run token -- alice`: the client's secret stands for the machine's owner. */
export function grantLocalUser(provider: Provider) {
  return async (ctx: TokenEndpointGrantContext<{ username?: unknown }>): Promise<void> => {
    const { client, params } = ctx.oidc;
    const user = findUser(params.username);
    if (!user) {
      throw new errors.InvalidRequest(
        `username must be one of ${embeddedUsers.map((one) => one.username).join(', ')}`,
      );
    }
    const grant = new provider.Grant({ accountId: user.username, clientId: client.clientId });
    grant.addResourceScope(RESOURCE, resourceServer.scope);
    const token = new provider.AccessToken({
      accountId: user.username,
      client,
      grantId: await grant.save(),
      gty: LOCAL_USER_GRANT,
      scope: resourceServer.scope,
    });
    token.resourceServer = new provider.ResourceServer(RESOURCE, resourceServer);
    ctx.oidc.entity('AccessToken', token);
    ctx.body = { access_token: await token.save(), expires_in: token.expiration, token_type: 'Bearer' };
  };
}
