import { connectionDenials, type StateReason } from '@deskfleet/contracts';

const sentences = new Map<string, string>(Object.entries(connectionDenials));

/** The reason of a refused connection for who may know it. A code of another version of token-service is told as it is. */
export function describeDenial(code: string): StateReason {
  return { code, sentence: sentences.get(code) ?? 'The connection was refused.' };
}
