import type {
  PermissionSetFields,
  ProblemCode,
  ProfileFields,
  ProjectFields,
  SoftwareStackFields,
} from '@deskfleet/contracts';
import type { CursorKind } from './cursor.ts';
import type { Refusal } from './refusal.ts';

/** What administrators keep: what desktops are launched with, under which policy, for whom, and how they are shared. */
export interface CatalogueFields {
  'software-stack': SoftwareStackFields;
  profile: ProfileFields;
  project: ProjectFields;
  'permission-set': PermissionSetFields;
}
export type CatalogueKind = keyof CatalogueFields;

/** One of them, as it is kept. */
export interface CatalogueEntry<Fields> {
  id: string;
  fields: Fields;
  createdAt: Date;
  updatedAt: Date;
  /** Another one after every change. */
  version: string;
}

/** Its fields before (null: it is new) and after an edit. */
export interface CatalogueEdit<Fields> {
  before: Fields | null;
  after: Fields;
}

/** What stands in the way of deleting one. */
export interface CatalogueUses {
  /** A desktop was made with it, or for it, at any time. */
  sessions: boolean;
  /** Names of the software stacks that refer to it. */
  softwareStacks: string[];
}

/** What people call each kind, and the mark of its list's cursors. */
export const kindTexts: Record<CatalogueKind, KindTexts> = {
  'software-stack': {
    word: 'software stack',
    path: '/v1/admin/software-stacks',
    cursor: 'k',
    inUse: 'software-stack-in-use',
  },
  profile: { word: 'profile', path: '/v1/admin/profiles', cursor: 'p', inUse: 'profile-in-use' },
  project: { word: 'project', path: '/v1/admin/projects', cursor: 'j', inUse: 'project-in-use' },
  // Shares keep the features that they were granted with.
  'permission-set': {
    word: 'permission set',
    path: '/v1/admin/permission-sets',
    cursor: 'r',
    inUse: null,
  },
};

interface KindTexts {
  word: string;
  path: string;
  cursor: CursorKind;
  /** The problem of one that cannot be deleted because of its uses; null: nothing stands in the way. */
  inUse: ProblemCode | null;
}

export function entryNotFound(kind: CatalogueKind): Refusal {
  const { word, path } = kindTexts[kind];
  return { code: 'not-found', detail: `There is no such ${word}. GET ${path} lists them.` };
}

export function nameTaken(kind: CatalogueKind, name: string): Refusal {
  const detail = `Another ${kindTexts[kind].word} is named ${name}. Choose another name.`;
  return { code: `${kind}-name-taken`, detail, errors: [{ pointer: '/name', detail }] };
}

export function editedMeanwhile(kind: CatalogueKind, name: string): Refusal {
  const detail = `The ${kindTexts[kind].word} ${name} was changed after you read it. Read it again, and make your change to what it is now.`;
  return { code: 'precondition-failed', detail };
}

/** Why one cannot be deleted, and what to do instead; null when it can. */
export function whyInUse(
  kind: CatalogueKind,
  name: string,
  { sessions, softwareStacks }: CatalogueUses,
): Refusal | null {
  const code = kindTexts[kind].inUse;
  if (code === null || (!sessions && softwareStacks.length === 0)) return null;
  const reasons = [
    ...(sessions
      ? [
          `Desktops were made ${kind === 'project' ? 'for' : 'with'} the ${kindTexts[kind].word} ${name}, and their records name it. Switch it off instead: {"enabled": false}.`,
        ]
      : []),
    ...(softwareStacks.length > 0
      ? [
          `The ${kindTexts[kind].word} ${name} is named by the software stacks ${softwareStacks.join(', ')}. Change or delete them first.`,
        ]
      : []),
  ];
  return { code, detail: reasons.join(' ') };
}
