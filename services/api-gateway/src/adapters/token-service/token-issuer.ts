import { IssuedToken, type IssueTokenBody } from '@deskfleet/contracts';
import Value from 'typebox/value';
import type { TokenIssue, TokenIssuer } from '../../application/ports.ts';
import { postToService, type ServiceAddress } from '../internal-http/post-to-service.ts';

export interface TokenIssuerOptions extends ServiceAddress {
  onFailure: (error: Error) => void;
}

/** A person waits for the answer; token-service reads and writes a row or two. */
const timeoutMilliseconds = 5_000;

/** Asks token-service for tokens to connect with. */
export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  return {
    async issue(request) {
      try {
        return await requestToken(options, request);
      } catch (error) {
        options.onFailure(error instanceof Error ? error : new Error(String(error)));
        return { kind: 'unavailable' };
      }
    },
  };
}

async function requestToken(service: ServiceAddress, body: IssueTokenBody): Promise<TokenIssue> {
  const path = '/internal/v1/tokens';
  const response = await postToService(service, { path, body, timeoutMilliseconds });
  if (response.status === 404 || response.status === 409) {
    await response.body?.cancel();
    return { kind: response.status === 404 ? 'not-found' : 'not-running' };
  }
  const answer: unknown = await response.json();
  if (response.status !== 201 || !Value.Check(IssuedToken, answer)) {
    throw new Error(`Token-service answered ${response.status} with something that is no token.`);
  }
  return { kind: 'issued', token: answer };
}
