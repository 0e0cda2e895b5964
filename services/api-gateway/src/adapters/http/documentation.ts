import { eventCatalogue, eventTypes, problemCodes, schemaNameOf } from '@deskfleet/contracts';
import { ProblemError } from '@deskfleet/runtime';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { problemAdvice } from './problem-advice.ts';

/** Collects the description of the routes that come after it. */
export async function describeApi(app: FastifyInstance, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Deskfleet',
        version: '1',
        description:
          'Cloud desktops: launch, connect, stop, hibernate, start, schedule, resize, image, terminate.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
      security: [{ bearer: [] }],
    },
  });
}

/** What is open to everybody: the description of the API, of its problems and of the events. */
export async function documentationRoutes(app: FastifyInstance): Promise<void> {
  const hide = { schema: { hide: true } };
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: false });
  app.get('/openapi.json', hide, async () => app.swagger());

  app.get('/docs/problems', hide, async (_request, reply) => reply.type('text/html').send(problemsPage()));

  const schemas = new Map(eventTypes.map((type) => [`${schemaNameOf(type)}.json`, type]));
  app.get<{ Params: { name: string } }>('/schemas/:name', hide, async ({ params }, reply) => {
    const type = schemas.get(params.name);
    if (!type) {
      throw new ProblemError(
        'not-found',
        `There is no such schema. There are: ${[...schemas.keys()].join(', ')}.`,
      );
    }
    // CloudEvents: `dataschema` identifies the schema that `data` adheres to.
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: type,
      ...eventCatalogue[type],
    };
    return reply.type('application/schema+json').send(JSON.stringify(schema));
  });

  app.get('/', hide, async (request, reply) => {
    if (!request.headers.accept?.includes('text/html')) return welcome;
    return reply.type('text/html').send(welcomePage);
  });
}

const welcome = {
  service: 'Deskfleet',
  documentation: '/docs',
  description: '/openapi.json',
  problems: '/docs/problems',
  next: 'GET /v1/software-stacks with the header Authorization: Bearer TOKEN',
};

const welcomePage = page(
  'Deskfleet',
  `<p>This is the API of Deskfleet, the control plane for cloud desktops.</p>
<ul><li><a href="/docs">Reference of the API</a> (<a href="/openapi.json">OpenAPI</a>)</li>
<li><a href="/docs/problems">Problems and what to do about them</a></li></ul>`,
);

function problemsPage(): string {
  const sections = Object.entries(problemCodes).map(
    ([code, { status, title }]) =>
      `<section id="${code}"><h2>${title}</h2><p><code>${code}</code>, HTTP ${status}</p>
<p>${problemAdvice[code as keyof typeof problemCodes]}</p></section>`,
  );
  return page('Problems and what to do about them', sections.join('\n'));
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}h2{font-size:1.1rem}</style>
</head><body><h1>${title}</h1>
${body}
</body></html>
`;
}
