import {
  AdminPermissionSetList,
  AdminPermissionSetSchema,
  AdminProjectList,
  AdminProjectSchema,
  AdminSoftwareStackList,
  AdminSoftwareStackSchema,
  CreatePermissionSetBody,
  CreateProfileBody,
  CreateProjectBody,
  CreateSoftwareStackBody,
  ProfileList,
  ProfileSchema,
  UpdatePermissionSetBody,
  UpdateProfileBody,
  UpdateProjectBody,
  UpdateSoftwareStackBody,
} from '@deskfleet/contracts';
import type { FastifyPluginAsync } from 'fastify';
import { createPermissionSet, updatePermissionSet } from '../../application/edit-permission-sets.ts';
import { createProfile, updateProfile } from '../../application/edit-profiles.ts';
import { createProject, updateProject } from '../../application/edit-projects.ts';
import {
  createSoftwareStack,
  type EditStackDeps,
  updateSoftwareStack,
} from '../../application/edit-software-stacks.ts';
import { allowAdministratorsOnly } from './administrators-only.ts';
import { catalogueEntryRoutes } from './catalogue-entry-routes.ts';

/** What administrators keep: software stacks, profiles, projects and permission sets. */
export const administrationRoutes: FastifyPluginAsync<EditStackDeps> = async (app, deps) => {
  allowAdministratorsOnly(app);
  catalogueEntryRoutes<'software-stack', CreateSoftwareStackBody, UpdateSoftwareStackBody>(app, {
    kind: 'software-stack',
    schemas: {
      entry: AdminSoftwareStackSchema,
      list: AdminSoftwareStackList,
      createBody: CreateSoftwareStackBody,
      updateBody: UpdateSoftwareStackBody,
    },
    deps,
    create: (request) => createSoftwareStack(deps, request),
    update: (request) => updateSoftwareStack(deps, request),
  });
  catalogueEntryRoutes<'profile', CreateProfileBody, UpdateProfileBody>(app, {
    kind: 'profile',
    schemas: {
      entry: ProfileSchema,
      list: ProfileList,
      createBody: CreateProfileBody,
      updateBody: UpdateProfileBody,
    },
    deps,
    create: (request) => createProfile(deps, request),
    update: (request) => updateProfile(deps, request),
  });
  catalogueEntryRoutes<'project', CreateProjectBody, UpdateProjectBody>(app, {
    kind: 'project',
    schemas: {
      entry: AdminProjectSchema,
      list: AdminProjectList,
      createBody: CreateProjectBody,
      updateBody: UpdateProjectBody,
    },
    deps,
    create: (request) => createProject(deps, request),
    update: (request) => updateProject(deps, request),
  });
  catalogueEntryRoutes<'permission-set', CreatePermissionSetBody, UpdatePermissionSetBody>(app, {
    kind: 'permission-set',
    schemas: {
      entry: AdminPermissionSetSchema,
      list: AdminPermissionSetList,
      createBody: CreatePermissionSetBody,
      updateBody: UpdatePermissionSetBody,
    },
    deps,
    create: (request) => createPermissionSet(deps, request),
    update: (request) => updatePermissionSet(deps, request),
  });
};
