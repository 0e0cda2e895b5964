import { AdminUserList, AdminUserSchema, UpdateUserBody } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type EditUsersDeps, findUser, listUsers, setUserDisabled } from '../../application/edit-users.ts';
import { allowAdministratorsOnly } from './administrators-only.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { PageQuery, QueryText, withProblems } from './request-shapes.ts';

const UserParams = Type.Object({
  name: { ...QueryText, description: 'The user name as the identity provider writes it, URL-encoded.' },
});
const ListQuery = Type.Object(
  {
    ...PageQuery,
    q: Type.Optional({
      ...QueryText,
      description: 'Text in the name, the display name or the e-mail address.',
    }),
    disabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
const tags = ['administration'];

/** Who uses Deskfleet, and who may not any more. */
export const userAdministrationRoutes: FastifyPluginAsyncTypebox<EditUsersDeps> = async (app, deps) => {
  allowAdministratorsOnly(app);
  app.get(
    '/admin/users',
    {
      schema: {
        summary: 'Everybody who has signed in, by name',
        tags,
        querystring: ListQuery,
        response: withProblems({ 200: AdminUserList }),
      },
    },
    async ({ query: { q, disabled, cursor, limit } }) => {
      const filter = { search: q || null, disabled: disabled ?? null };
      return valueOrProblem(await listUsers(deps, { ...filter, cursor: cursor ?? null, limit: limit ?? 50 }));
    },
  );

  app.get(
    '/admin/users/:name',
    {
      schema: {
        summary: 'One user',
        tags,
        params: UserParams,
        response: withProblems({ 200: AdminUserSchema }),
      },
    },
    async ({ params }) => valueOrProblem(await findUser(deps, params.name)),
  );

  app.patch(
    '/admin/users/:name',
    {
      schema: {
        summary: 'Disable a user, or let them in again',
        description:
          'Who is disabled is refused here at once, and connected to no desktop any more, whoever owns it. Desktops of theirs keep their schedules.',
        tags,
        params: UserParams,
        body: UpdateUserBody,
        response: withProblems({ 200: AdminUserSchema }),
      },
    },
    async (request) => {
      const { disabled } = request.body;
      const { name } = request.params;
      return valueOrProblem(await setUserDisabled(deps, { ...callerOf(request), name, disabled }));
    },
  );
};
