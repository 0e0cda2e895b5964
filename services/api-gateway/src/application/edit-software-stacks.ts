import type {
  CreateSoftwareStackBody,
  InspectedImage,
  SoftwareStackFields,
  UpdateSoftwareStackBody,
} from '@deskfleet/contracts';
import {
  type CatalogueEdit,
  type CatalogueEntry,
  editedMeanwhile,
  entryNotFound,
} from '../domain/catalogue-kinds.ts';
import { deployedImageFaults, type WindowsImages } from '../domain/deployed-images.ts';
import type { InstanceTypeOffer } from '../domain/instance-type-rules.ts';
import { imagesToInspect, judgeSoftwareStack } from '../domain/judge-software-stack.ts';
import { done, type Outcome, type Refusal, refusalOfFaults, refused } from '../domain/refusal.ts';
import type { CatalogueStep } from './catalogue-store.ts';
import {
  type ChangeRequest,
  createEntry,
  type EditDeps,
  type EntryRules,
  updateEntry,
} from './edit-catalogue.ts';
import type { Request, SessionManagerClient } from './ports.ts';

export interface EditStackDeps extends EditDeps {
  images: Pick<SessionManagerClient, 'inspectImage'>;
  offer: InstanceTypeOffer;
  /** The images that the deployment's settings give to its base Windows stack. */
  windowsImages: WindowsImages;
}

type StackEntry = CatalogueEntry<SoftwareStackFields>;
type Inspections = ReadonlyMap<string, InspectedImage | null>;

const awsAway: Refusal = {
  code: 'service-unavailable',
  detail: 'EC2 cannot be asked about the image right now. Try again in a few seconds.',
  retryAfterSeconds: 5,
};
export const typesUnread: Refusal = {
  code: 'service-unavailable',
  detail: 'The instance types are still being read from EC2. Try again in a few seconds.',
  retryAfterSeconds: 5,
};

/** Keeps a new software stack. EC2 is asked about its images first: nothing of AWS is waited for inside a transaction. */
export async function createSoftwareStack(
  deps: EditStackDeps,
  { body, ...request }: Request & { body: CreateSoftwareStackBody },
): Promise<Outcome<StackEntry>> {
  const fields = withOwnIds({ ...defaults, ...body });
  const inspected = await inspect(deps, { before: null, after: fields });
  if (!inspected.ok) return inspected;
  return createEntry(deps, rulesOf(deps, inspected.value), { ...request, fields });
}

/** Changes a software stack. EC2 is only asked when an image, or the size it needs, is in question. */
export async function updateSoftwareStack(
  deps: EditStackDeps,
  request: ChangeRequest<UpdateSoftwareStackBody>,
): Promise<Outcome<StackEntry>> {
  const entry = await deps.catalogue.tables['software-stack'].find(request.id);
  if (!entry) return refused(entryNotFound('software-stack'));
  const faults = deployedImageFaults(
    { id: request.id, ...entry.fields },
    request.changes,
    deps.windowsImages,
  );
  if (faults.length > 0) return refused(refusalOfFaults(faults));
  const changes = withOwnIds(request.changes);
  const inspected = await inspect(deps, { before: entry.fields, after: { ...entry.fields, ...changes } });
  if (!inspected.ok) return inspected;
  return updateEntry(deps, rulesOf(deps, inspected.value), { ...request, changes });
}

const defaults = {
  description: '',
  graphicsImage: null,
  // Raised to what the image needs.
  minRootVolumeGiB: 1,
  requiresGpu: false,
  enabled: true,
  mounts: [],
  hookScript: null,
  projectIds: [],
};

/** As the database writes them: two ways of writing an id are one id. */
function withOwnIds<Fields extends UpdateSoftwareStackBody>(fields: Fields): Fields {
  const { profileId, projectIds } = fields;
  return {
    ...fields,
    ...(profileId === undefined ? {} : { profileId: profileId.toLowerCase() }),
    ...(projectIds === undefined ? {} : { projectIds: projectIds.map((id) => id.toLowerCase()).sort() }),
  };
}

async function inspect(
  { images }: EditStackDeps,
  edit: CatalogueEdit<SoftwareStackFields>,
): Promise<Outcome<Inspections>> {
  const names = [...new Set(imagesToInspect(edit).map(({ image }) => image))];
  const answers = await Promise.all(names.map((name) => images.inspectImage(name)));
  const inspections = new Map<string, InspectedImage | null>();
  for (const [index, answer] of answers.entries()) {
    if (answer.kind === 'unavailable') return refused(awsAway);
    inspections.set(names[index] ?? '', answer.kind === 'image' ? answer.image : null);
  }
  return done(inspections);
}

function rulesOf({ offer }: EditStackDeps, inspections: Inspections): EntryRules<'software-stack'> {
  return {
    kind: 'software-stack',
    async judge(step, edit) {
      // Since EC2 was asked, somebody else has given it another image.
      if (imagesToInspect(edit).some(({ image }) => !inspections.has(image))) {
        return refused(editedMeanwhile('software-stack', edit.after.name));
      }
      const { known, ...facts } = await readFacts(step, edit);
      const { fields, faults } = judgeSoftwareStack(edit, { ...facts, offer, inspections });
      if (!known && faults.some(({ code }) => code === 'unknown-instance-type')) return refused(typesUnread);
      return faults.length > 0 ? refused(refusalOfFaults(faults)) : done(fields);
    },
  };
}

async function readFacts(step: CatalogueStep, { before, after }: CatalogueEdit<SoftwareStackFields>) {
  const versions = before ? [before, after] : [after];
  const profiles = new Map();
  for (const id of new Set(versions.map(({ profileId }) => profileId))) {
    const profile = await step.tables.profile.find(id);
    if (profile) profiles.set(id, profile.fields);
  }
  const names = versions.map(({ defaultInstanceType }) => defaultInstanceType);
  return {
    profiles,
    ...(await step.readInstanceTypes(names)),
    subnets: await step.readSubnets(),
    projectIds: await step.knownProjects(after.projectIds),
  };
}
