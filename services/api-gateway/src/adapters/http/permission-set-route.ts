import { PermissionSetList } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { listPermissionSets, type PermissionSetReader } from '../../application/permission-sets.ts';
import { withProblems } from './request-shapes.ts';

/** What a desktop can be shared with. */
export const permissionSetRoute: FastifyPluginAsyncTypebox<{ permissionSets: PermissionSetReader }> = async (
  app,
  { permissionSets },
) => {
  app.get(
    '/permission-sets',
    {
      schema: {
        summary: 'What guests can be allowed on a shared desktop, by the name that a share takes',
        tags: ['sharing'],
        response: withProblems({ 200: PermissionSetList }),
      },
    },
    async () => listPermissionSets(permissionSets),
  );
};
