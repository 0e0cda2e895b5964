import { InstanceTypeList, ProjectList, SoftwareStackList, SubnetList } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import {
  type CatalogueDeps,
  listInstanceTypes,
  listProjects,
  listSoftwareStacks,
  listSubnets,
} from '../../application/read-catalogue.ts';
import { valueOrProblem } from './answer.ts';
import { principalOf } from './authentication.ts';
import { withProblems } from './request-shapes.ts';

const tags = ['catalogue'];
const stack = (description: string) => Type.Optional(Type.String({ format: 'uuid', description }));

const InstanceTypeQuery = Type.Object(
  {
    stack: stack('Only what this software stack may run on.'),
    hibernation: Type.Optional(
      Type.Boolean({ default: false, description: 'Only those on which the desktop could hibernate.' }),
    ),
  },
  { additionalProperties: false },
);
const SubnetQuery = Type.Object(
  { stack: stack('Only where desktops of this software stack may be.') },
  { additionalProperties: false },
);

/** What can be launched, on what, where, and for which project. */
export const catalogueRoutes: FastifyPluginAsyncTypebox<CatalogueDeps> = async (app, deps) => {
  await app.register(launchableRoutes, deps);
  await app.register(placeRoutes, deps);
};

const launchableRoutes: FastifyPluginAsyncTypebox<CatalogueDeps> = async (app, deps) => {
  const summary = 'What you can launch a desktop with';
  app.get(
    '/software-stacks',
    { schema: { summary, tags, response: withProblems({ 200: SoftwareStackList }) } },
    async (request) => ({ items: await listSoftwareStacks(deps, principalOf(request)) }),
  );

  app.get(
    '/instance-types',
    {
      schema: {
        summary: 'What a desktop can run on, 2D before 3D and smallest first',
        tags,
        querystring: InstanceTypeQuery,
        response: withProblems({ 200: InstanceTypeList }),
      },
    },
    async (request) => {
      const { stack: softwareStackId = null, hibernation = false } = request.query;
      const query = { softwareStackId, hibernation };
      return { items: valueOrProblem(await listInstanceTypes(deps, principalOf(request), query)) };
    },
  );
};

const placeRoutes: FastifyPluginAsyncTypebox<CatalogueDeps> = async (app, deps) => {
  app.get(
    '/subnets',
    {
      schema: {
        summary: 'Where a desktop can be',
        tags,
        querystring: SubnetQuery,
        response: withProblems({ 200: SubnetList }),
      },
    },
    async (request) => ({
      items: valueOrProblem(await listSubnets(deps, principalOf(request), request.query.stack ?? null)),
    }),
  );

  app.get(
    '/projects',
    {
      schema: {
        summary: 'The projects that you are in; an administrator sees all',
        tags,
        response: withProblems({ 200: ProjectList }),
      },
    },
    async (request) => ({ items: await listProjects(deps, principalOf(request)) }),
  );
};
