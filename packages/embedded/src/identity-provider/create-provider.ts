import { type Configuration, Provider } from 'oidc-provider';
import { grantLocalUser } from './local-user-grant.ts';
import {
  issuerUrl,
  LOCAL_USER_GRANT,
  PORTAL_CLIENT,
  type ProviderSettings,
  TOKEN_CLIENT,
} from './provider-settings.ts';
import { HOUR, RESOURCE, resourceServer } from './resource-server.ts';
import type { SigningKeys } from './signing-keys.ts';
import { findUser } from './users.ts';

/** An OpenID Connect provider with fixed users, for one machine only. */
export function createProvider(settings: ProviderSettings, keys: SigningKeys): Provider {
  const provider = new Provider(issuerUrl(settings.port), {
    ...configuration(settings),
    jwks: keys.jwks,
    cookies: { keys: keys.cookieKeys },
  });
  provider.registerGrantType(LOCAL_USER_GRANT, grantLocalUser(provider), ['username']);
  return provider;
}

function configuration(settings: ProviderSettings): Configuration {
  return {
    clients: clients(settings),
    findAccount: (_ctx, accountId) => {
      const user = findUser(accountId);
      return user && { accountId, claims: () => ({ sub: accountId, ...claimsOf(accountId) }) };
    },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email'] },
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    extraTokenClaims: (_ctx, token) => ('accountId' in token ? claimsOf(token.accountId) : undefined),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        getResourceServerInfo: () => resourceServer,
        useGrantedResource: () => true,
      },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    // Both clients are our own: nobody is asked to consent.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        accountId: ctx.oidc.session?.accountId ?? '',
        clientId: ctx.oidc.client?.clientId ?? '',
      });
      grant.addOIDCScope('openid profile email offline_access');
      grant.addResourceScope(RESOURCE, resourceServer.scope);
      await grant.save();
      return grant;
    },
    clientBasedCORS: (_ctx, origin) => origin === new URL(settings.portalUrl).origin,
    ttl: {
      AccessToken: HOUR,
      IdToken: HOUR,
      Grant: 14 * 24 * HOUR,
      Session: 14 * 24 * HOUR,
      Interaction: HOUR,
    },
  };
}

function clients(settings: ProviderSettings): Configuration['clients'] {
  return [
    {
      client_id: PORTAL_CLIENT,
      application_type: 'web',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [`${settings.portalUrl}/`, `${settings.portalUrl}/callback`],
      post_logout_redirect_uris: [`${settings.portalUrl}/`],
    },
    {
      client_id: TOKEN_CLIENT,
      client_secret: settings.tokenClientSecret,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: [LOCAL_USER_GRANT],
      response_types: [],
      redirect_uris: [],
    },
  ];
}

function claimsOf(accountId: string | undefined): Record<string, unknown> {
  const user = findUser(accountId);
  if (!user) return {};
  return { preferred_username: user.username, groups: user.groups, email: user.email, name: user.name };
}
