import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** An id as EC2 makes them: a prefix and 17 hexadecimal digits, such as i-0f3a… */
export function newResourceId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString('hex')}`;
}

export const newUuid = (): string => randomUUID();

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function dottedAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
