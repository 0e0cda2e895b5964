import type {
  CatalogueEntry,
  CatalogueFields,
  CatalogueKind,
  CatalogueUses,
} from '../domain/catalogue-kinds.ts';
import type { InstanceTypeFacts } from '../domain/instance-type-rules.ts';
import type { AuditEntry } from './ports.ts';

export interface CataloguePage {
  /** Only entries that are older than this one. */
  before: string | null;
  limit: number;
}

/** One kind of what administrators keep. */
export interface CatalogueTable<Fields> {
  /** Newest first. */
  list(page: CataloguePage): Promise<CatalogueEntry<Fields>[]>;
  find(id: string): Promise<CatalogueEntry<Fields> | null>;
}

export interface EditableCatalogueTable<Fields> extends CatalogueTable<Fields> {
  /** Whether another one has the name, whatever its case. */
  isNameTaken(name: string, exceptId: string | null): Promise<boolean>;
  insert(id: string, fields: Fields): Promise<void>;
  update(id: string, fields: Fields): Promise<void>;
  remove(id: string): Promise<void>;
  findUses(id: string): Promise<CatalogueUses>;
}

/** What an edit of the catalogue does inside its transaction. */
export interface CatalogueStep {
  tables: { [K in CatalogueKind]: EditableCatalogueTable<CatalogueFields[K]> };
  /** The software stacks that point at a profile and are switched on. */
  enabledStacksOf(profileId: string): Promise<CatalogueFields['software-stack'][]>;
  /** Those of the ids that are projects. */
  knownProjects(ids: string[]): Promise<Set<string>>;
  /** Whether session-manager has read the instance types at all, and those of the names that there are. */
  readInstanceTypes(names: string[]): Promise<{ known: boolean; types: Map<string, InstanceTypeFacts> }>;
  readSubnets(): Promise<{ id: string; zone: string }[]>;
  audit(entry: AuditEntry): Promise<void>;
}

export interface CatalogueStore {
  tables: { [K in CatalogueKind]: CatalogueTable<CatalogueFields[K]> };
  /** Runs `work` in one transaction that excludes every other edit of the catalogue. */
  edit<Result>(work: (step: CatalogueStep) => Promise<Result>): Promise<Result>;
}
