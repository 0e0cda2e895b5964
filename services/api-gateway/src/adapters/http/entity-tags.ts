import { ProblemError } from '@deskfleet/runtime';
import Type from 'typebox';

/** The header by which a client says which version it has seen. */
export const IfMatchHeader = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      maxLength: 1000,
      description: 'ETag of what the change was made to; 412 when it is not the present one any more.',
    }),
  ),
});

export function etagOf({ version }: { version: string }): string {
  return `"${version}"`;
}

/** Of what also tells things that change by themselves: only what is wanted counts, so that they break nobody's edit. */
export function weakEtagOf({ version }: { version: string }): string {
  return `W/${etagOf({ version })}`;
}

/**
 * The versions that If-Match names; null when any will do (RFC 9110, section 13.1.1). Weak tags count as well: proxies
 * that compress answers make ours weak.
 */
export function versionsSeen({ 'if-match': header }: { 'if-match'?: string }): string[] | null {
  if (header === undefined || header.trim() === '*') return null;
  const tags = header.split(',').map((tag) => /^\s*(?:W\/)?"([\x21\x23-\x7e]*)"\s*$/.exec(tag)?.[1]);
  if (tags.every((tag) => tag !== undefined)) return tags;
  const detail = `The header 'if-match' must be an ETag in quotes as a GET answered it, several of them, or *.`;
  throw new ProblemError('invalid-request', detail, { errors: [{ pointer: '/if-match', detail }] });
}
