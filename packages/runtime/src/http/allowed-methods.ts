import type { FastifyInstance } from 'fastify';

/** Remembers the routes of `app` that come after it, to tell "no such page" from "not this way". */
export function watchAllowedMethods(app: FastifyInstance): (path: string) => string[] {
  const routes: { pattern: RegExp; method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    // A wildcard serves files and fits everything: it says nothing about methods.
    if (url.includes('*')) return;
    const pattern = patternOf(url);
    for (const one of [method].flat()) routes.push({ pattern, method: one });
  });
  return (path) => {
    const methods = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(methods)].sort();
  };
}

/** `/v1/sessions/:id` → a pattern that matches `/v1/sessions/0199…`. */
function patternOf(url: string): RegExp {
  const parts = url.split(/:[A-Za-z0-9_]+/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}/?$`);
}
