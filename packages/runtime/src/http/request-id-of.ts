/**
 * The caller's X-Request-Id where it is one that can be logged and sent on, so that one search finds all of a request;
 * else a new one.
 */
export function requestIdOf(header: string | string[] | undefined, newId: () => string): string {
  return typeof header === 'string' && /^[\w.-]{1,64}$/.test(header) ? header : newId();
}
