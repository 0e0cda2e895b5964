import type { Principal } from './principal.ts';

/** A project that a software stack is kept for. */
export interface StackProject {
  id: string;
  name: string;
  enabled: boolean;
  /** Whether the caller is in it. */
  member: boolean;
}

/**
 * The projects by which somebody may use a software stack; null when it does not exist for them, as it is kept for
 * projects that they are not in.
 */
export function projectsToUse(
  projects: StackProject[],
  { administrator }: Pick<Principal, 'administrator'>,
): StackProject[] | null {
  const usable = projects.filter(({ enabled, member }) => enabled && (member || administrator));
  return projects.length === 0 || usable.length > 0 || administrator ? usable : null;
}
