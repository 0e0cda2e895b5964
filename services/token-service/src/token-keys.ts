import { createHash } from 'node:crypto';

export interface TokenKey {
  /** First eight hexadecimal digits of the key's SHA-256; tokens name their key by it. */
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Keys from their text, in base64 or base64url (SOCA's Fernet keys are the latter).
 * @throws Error when one is not 32 bytes; its text is not repeated.
 */
export function readTokenKeys(texts: readonly string[]): TokenKey[] {
  return texts.map((text) => {
    // Node reads both alphabets under this name.
    const bytes = new Uint8Array(Buffer.from(text, 'base64'));
    if (bytes.length !== 32) throw new Error('A token key is not 32 bytes long.');
    return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
  });
}
