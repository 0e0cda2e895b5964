import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type TSchema } from 'typebox';
import {
  type ChangeRequest,
  type EditDeps,
  findEntry,
  listEntries,
  removeEntry,
} from '../../application/edit-catalogue.ts';
import type { Request } from '../../application/ports.ts';
import {
  type CatalogueEntry,
  type CatalogueFields,
  type CatalogueKind,
  entryNotFound,
  kindTexts,
} from '../../domain/catalogue-kinds.ts';
import type { Outcome } from '../../domain/refusal.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { etagOf, IfMatchHeader, versionsSeen } from './entity-tags.ts';
import { idOf, PageQuery, withProblems } from './request-shapes.ts';

/** What differs between the kinds. `Create` and `Update` are what the schemas of the bodies let through. */
export interface EntryRoutes<K extends CatalogueKind, Create, Update> {
  kind: K;
  schemas: { entry: TSchema; list: TSchema; createBody: TSchema; updateBody: TSchema };
  deps: EditDeps;
  create(request: Request & { body: Create }): Promise<Outcome<CatalogueEntry<CatalogueFields[K]>>>;
  update(request: ChangeRequest<Update>): Promise<Outcome<CatalogueEntry<CatalogueFields[K]>>>;
}

interface IdParams {
  id: string;
}
interface PageParams {
  cursor?: string;
  limit?: number;
}
interface SeenHeaders {
  'if-match'?: string;
}

/** List, create, read, change and delete one kind of what administrators keep. */
export function catalogueEntryRoutes<K extends CatalogueKind, Create, Update>(
  app: FastifyInstance,
  routes: EntryRoutes<K, Create, Update>,
): void {
  readingRoutes(app, routes);
  createRoute(app, routes);
  updateRoute(app, routes);
  deleteRoute(app, routes);
}

function readingRoutes<K extends CatalogueKind, Create, Update>(
  app: FastifyInstance,
  { kind, schemas, deps }: EntryRoutes<K, Create, Update>,
): void {
  const { word, path, shown } = describeKind(kind);
  app.get<{ Querystring: PageParams }>(
    path,
    {
      schema: {
        ...shown,
        summary: `The ${word}s, newest first`,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: withProblems({ 200: schemas.list }),
      },
    },
    async ({ query }) => {
      const page = { cursor: query.cursor ?? null, limit: query.limit ?? 50 };
      const { entries, nextCursor } = valueOrProblem(await listEntries(deps, kind, page));
      return { items: entries.map(describeEntry), nextCursor };
    },
  );
  app.get<{ Params: IdParams }>(
    `${path}/:id`,
    {
      schema: {
        ...shown,
        summary: `One ${word}, with its ETag`,
        params: paramsOf(kind),
        response: withProblems({ 200: schemas.entry }),
      },
    },
    async (request, reply) => {
      const entry = await findEntry(deps, kind, idOf(request.params, entryNotFound(kind)));
      return answerEntry(reply, valueOrProblem(entry));
    },
  );
}

function createRoute<K extends CatalogueKind, Create, Update>(
  app: FastifyInstance,
  { kind, schemas, create }: EntryRoutes<K, Create, Update>,
): void {
  const { word, path, shown } = describeKind(kind);
  app.post<{ Body: Create }>(
    path,
    {
      schema: {
        ...shown,
        summary: `Make a ${word}`,
        body: schemas.createBody,
        response: withProblems({ 201: schemas.entry }),
      },
    },
    async (request, reply) => {
      const entry = valueOrProblem(await create({ ...callerOf(request), body: request.body as Create }));
      reply.code(201).header('location', `${kindTexts[kind].path}/${entry.id}`);
      return answerEntry(reply, entry);
    },
  );
}

function updateRoute<K extends CatalogueKind, Create, Update>(
  app: FastifyInstance,
  { kind, schemas, update }: EntryRoutes<K, Create, Update>,
): void {
  const { word, path, shown } = describeKind(kind);
  app.patch<{ Params: IdParams; Headers: SeenHeaders; Body: Update }>(
    `${path}/:id`,
    {
      schema: {
        ...shown,
        summary: `Change a ${word}; a list replaces the one before`,
        params: paramsOf(kind),
        headers: IfMatchHeader,
        body: schemas.updateBody,
        response: withProblems({ 200: schemas.entry }),
      },
    },
    async (request, reply) => {
      const changes = request.body as Update;
      return answerEntry(reply, valueOrProblem(await update({ ...aimOf(kind, request), changes })));
    },
  );
}

function deleteRoute<K extends CatalogueKind, Create, Update>(
  app: FastifyInstance,
  { kind, deps }: EntryRoutes<K, Create, Update>,
): void {
  const { word, path, shown } = describeKind(kind);
  app.delete<{ Params: IdParams; Headers: SeenHeaders }>(
    `${path}/:id`,
    {
      schema: {
        ...shown,
        summary: `Delete a ${word} that nothing refers to`,
        params: paramsOf(kind),
        headers: IfMatchHeader,
        response: withProblems({ 204: Type.Null({ description: 'It is deleted.' }) }),
      },
    },
    async (request, reply) => {
      valueOrProblem(await removeEntry(deps, kind, aimOf(kind, request)));
      return reply.code(204).send();
    },
  );
}

/** Who wants to change which entry, and the versions of it that they have seen. */
function aimOf(kind: CatalogueKind, request: FastifyRequest<{ Params: IdParams; Headers: SeenHeaders }>) {
  return {
    ...callerOf(request as FastifyRequest),
    id: idOf(request.params, entryNotFound(kind)),
    seen: versionsSeen(request.headers),
  };
}

function describeKind(kind: CatalogueKind) {
  const { word, path } = kindTexts[kind];
  return { word, path: path.replace('/v1', ''), shown: { tags: ['administration'] } };
}

/** Plain text, as what is no UUID is answered like what does not exist. */
function paramsOf(kind: CatalogueKind) {
  return Type.Object({ id: Type.String({ description: `Id of the ${kindTexts[kind].word}.` }) });
}

function answerEntry<Fields extends object>(reply: FastifyReply, entry: CatalogueEntry<Fields>) {
  reply.header('etag', etagOf(entry));
  return describeEntry(entry);
}

function describeEntry<Fields extends object>({ id, fields, createdAt, updatedAt }: CatalogueEntry<Fields>) {
  return { id, ...fields, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
