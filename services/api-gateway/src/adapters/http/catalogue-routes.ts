import { InstanceTypeList, SoftwareStackList } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { listInstanceTypes } from '../../application/list-instance-types.ts';
import type { CatalogueReader } from '../../application/ports.ts';
import { valueOrProblem } from './answer.ts';
import { withProblems } from './request-shapes.ts';

/** What can be launched, and on what. */
export const catalogueRoutes: FastifyPluginAsyncTypebox<{ catalogue: CatalogueReader }> = async (
  app,
  { catalogue },
) => {
  app.get(
    '/software-stacks',
    {
      schema: {
        summary: 'What a desktop can be launched with',
        tags: ['catalogue'],
        response: withProblems({ 200: SoftwareStackList }),
      },
    },
    async () => ({ items: await catalogue.listSoftwareStacks() }),
  );

  app.get(
    '/instance-types',
    {
      schema: {
        summary: 'What a desktop can run on, smallest first',
        tags: ['catalogue'],
        querystring: Type.Object(
          {
            stack: Type.Optional(
              Type.String({ format: 'uuid', description: 'Only what this software stack may run on.' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: withProblems({ 200: InstanceTypeList }),
      },
    },
    async (request) => ({
      items: valueOrProblem(await listInstanceTypes(catalogue, request.query.stack ?? null)),
    }),
  );
};
