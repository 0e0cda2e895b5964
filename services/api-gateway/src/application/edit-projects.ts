import type { CreateProjectBody, ProjectFields, UpdateProjectBody } from '@deskfleet/contracts';
import type { CatalogueEntry } from '../domain/catalogue-kinds.ts';
import { done, type Outcome } from '../domain/refusal.ts';
import {
  type ChangeRequest,
  createEntry,
  type EditDeps,
  type EntryRules,
  updateEntry,
} from './edit-catalogue.ts';
import type { Request } from './ports.ts';

const rules: EntryRules<'project'> = {
  kind: 'project',
  // The order of members means nothing.
  judge: async (_step, { after }) => done({ ...after, members: [...after.members].sort() }),
};

/** Keeps a new project. */
export function createProject(
  deps: EditDeps,
  { body, ...request }: Request & { body: CreateProjectBody },
): Promise<Outcome<CatalogueEntry<ProjectFields>>> {
  const fields = { description: '', enabled: true, members: [], ...body };
  return createEntry(deps, rules, { ...request, fields });
}

/** Changes a project; a list of members replaces the one before. */
export function updateProject(
  deps: EditDeps,
  request: ChangeRequest<UpdateProjectBody>,
): Promise<Outcome<CatalogueEntry<ProjectFields>>> {
  return updateEntry(deps, rules, request);
}
