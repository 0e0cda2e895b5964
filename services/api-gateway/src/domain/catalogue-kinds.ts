import type { ProfileFields, ProjectFields, SoftwareStackFields } from '@deskfleet/contracts';
import type { CursorKind } from './cursor.ts';
import type { Refusal } from './refusal.ts';

/** What administrators keep: what desktops are launched with, under which policy, and for whom. */
export interface CatalogueFields {
  'software-stack': SoftwareStackFields;
  profile: ProfileFields;
  project: ProjectFields;
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
export const kindTexts: Record<CatalogueKind, { word: string; path: string; cursor: CursorKind }> = {
  'software-stack': { word: 'software stack', path: '/v1/admin/software-stacks', cursor: 'k' },
  profile: { word: 'profile', path: '/v1/admin/profiles', cursor: 'p' },
  project: { word: 'project', path: '/v1/admin/projects', cursor: 'j' },
};

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
  if (!sessions && softwareStacks.length === 0) return null;
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
  return { code: `${kind}-in-use`, detail: reasons.join(' ') };
}
