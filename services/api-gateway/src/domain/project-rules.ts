import type { CreateSessionBody } from '@deskfleet/contracts';
import type { AdmissionFacts, AdmissionFault } from './admission.ts';
import { projectsToUse, type StackProject } from './stack-visibility.ts';

export interface ProjectChoice {
  /** What the desktop is counted for; null: for no project. */
  project: StackProject | null;
  faults: AdmissionFault[];
}

/** The project of a new desktop: the one that was named, else the only one by which the caller may use the stack. */
export function chooseProject(
  { projectId }: Pick<CreateSessionBody, 'projectId'>,
  { project, stack, administrator }: Pick<AdmissionFacts, 'project' | 'stack' | 'administrator'>,
): ProjectChoice {
  if (projectId !== undefined) {
    const fault = whyNotFor(projectId, { project, stack, administrator });
    return { project, faults: fault ? [fault] : [] };
  }
  if (!stack || stack.projects.length === 0) return { project: null, faults: [] };
  const own = projectsToUse(stack.projects, { administrator: false }) ?? [];
  const [only] = own;
  if (only && own.length === 1) return { project: only, faults: [] };
  const possible = projectsToUse(stack.projects, { administrator }) ?? [];
  const detail = `This software stack is kept for projects. Name one by projectId: ${listOf(possible)}.`;
  return { project: null, faults: [{ code: 'project-required', pointer: '/projectId', detail }] };
}

function whyNotFor(
  projectId: string,
  { project, stack, administrator }: Pick<AdmissionFacts, 'project' | 'stack' | 'administrator'>,
): AdmissionFault | null {
  const pointer = '/projectId';
  // Other people's projects answer like ones that do not exist.
  if (!project || !(project.member || administrator)) {
    const detail = `You are in no project ${projectId}. GET /v1/projects lists yours.`;
    return { code: 'unknown-project', pointer, detail };
  }
  if (!project.enabled) {
    const detail = `The project ${project.name} is switched off. Choose another one, or ask your administrator.`;
    return { code: 'project-disabled', pointer, detail };
  }
  const projects = stack?.projects ?? [];
  if (projects.length === 0 || projects.some(({ id }) => id === project.id)) return null;
  const possible = projectsToUse(projects, { administrator }) ?? [];
  const detail = `The project ${project.name} may not use this software stack. Those that may: ${listOf(possible)}.`;
  return { code: 'project-not-allowed', pointer, detail };
}

function listOf(projects: StackProject[]): string {
  return projects.map(({ id, name }) => `${name} (${id})`).join(', ') || 'none';
}
