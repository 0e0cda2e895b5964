import type { Principal } from '../domain/principal.ts';
import type { UserDirectory } from './ports.ts';

/** What a bearer token turned out to be. */
export type Authentication =
  | { kind: 'authenticated'; principal: Principal }
  | { kind: 'expired' }
  | { kind: 'invalid'; why: string }
  | { kind: 'disabled' }
  /** The identity provider does not answer, so nothing can be said of the token. */
  | { kind: 'unavailable' };

export interface TokenVerifier {
  verify(bearerToken: string): Promise<Authentication>;
}

/** Who a bearer token speaks for. Whoever is let in has a row among the users: sessions refer to it. */
export async function authenticate(
  deps: { verifier: TokenVerifier; users: UserDirectory },
  bearerToken: string,
): Promise<Authentication> {
  const result = await deps.verifier.verify(bearerToken);
  if (result.kind !== 'authenticated') return result;
  const { disabled } = await deps.users.recordSeen(result.principal);
  return disabled ? { kind: 'disabled' } : result;
}
