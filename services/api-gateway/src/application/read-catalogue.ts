import type { InstanceType, Project, SoftwareStack, Subnet } from '@deskfleet/contracts';
import {
  type InstanceTypeFacts,
  type InstanceTypeNeeds,
  type InstanceTypeOffer,
  isHidden,
  whyNotOn,
} from '../domain/instance-type-rules.ts';
import { compareInstanceTypes, labelInstanceType } from '../domain/label-instance-type.ts';
import type { Principal } from '../domain/principal.ts';
import { done, type Outcome, refused } from '../domain/refusal.ts';
import { projectsToUse } from '../domain/stack-visibility.ts';
import { subnetsOf, zonesOf } from '../domain/subnet-choice.ts';
import type { CatalogueReader, CatalogueStack } from './ports.ts';

export interface CatalogueDeps {
  catalogue: CatalogueReader;
  /** What this deployment offers of EC2's instance types. */
  offer: InstanceTypeOffer;
}

/** What the caller can launch a desktop with. */
export async function listSoftwareStacks(
  { catalogue, offer }: CatalogueDeps,
  principal: Principal,
): Promise<SoftwareStack[]> {
  const [stacks, types, subnets] = await Promise.all([
    catalogue.listSoftwareStacks(principal.name),
    catalogue.listInstanceTypes(),
    catalogue.listSubnets(),
  ]);
  return stacks.flatMap((stack) => {
    const projects = projectsToUse(stack.projects, principal);
    if (!projects) return [];
    const needs = { ...needsOf(stack, offer, subnets), requireHibernation: true };
    const { allowedInstanceTypes: _types, allowedSubnets: _subnets, ...shown } = stack;
    const hibernation = types.some((type) => whyNotOn(type, needs) === null);
    return [{ ...shown, hibernation, projects: projects.map(({ id, name }) => ({ id, name })) }];
  });
}

export interface InstanceTypeQuery {
  softwareStackId: string | null;
  /** Only types on which the desktop could hibernate. */
  hibernation: boolean;
}

/** What desktops can run on here, 2D before 3D and smallest first; with a software stack, only what it may run on. */
export async function listInstanceTypes(
  deps: CatalogueDeps,
  principal: Principal,
  { softwareStackId, hibernation }: InstanceTypeQuery,
): Promise<Outcome<InstanceType[]>> {
  const { catalogue } = deps;
  const offer = { ...deps.offer, requireHibernation: deps.offer.requireHibernation || hibernation };
  if (softwareStackId === null) {
    const types = await catalogue.listInstanceTypes();
    return done(describe(types.filter((type) => isOfferedAtAll(type, offer))));
  }
  const stack = await findVisibleStack(catalogue, principal, softwareStackId);
  if (!stack.ok) return stack;
  const [types, subnets] = await Promise.all([catalogue.listInstanceTypes(), catalogue.listSubnets()]);
  const needs = needsOf(stack.value, offer, subnets);
  return done(describe(types.filter((type) => whyNotOn(type, needs) === null)));
}

/** Where desktops can be; with a software stack, only where its desktops may be. */
export async function listSubnets(
  { catalogue }: CatalogueDeps,
  principal: Principal,
  softwareStackId: string | null,
): Promise<Outcome<Subnet[]>> {
  if (softwareStackId === null) return done(await catalogue.listSubnets());
  const stack = await findVisibleStack(catalogue, principal, softwareStackId);
  return stack.ok ? done(subnetsOf(stack.value, await catalogue.listSubnets())) : stack;
}

/** The caller's projects, or all for an administrator. */
export function listProjects({ catalogue }: CatalogueDeps, principal: Principal): Promise<Project[]> {
  return catalogue.listProjects(principal.administrator ? null : principal.name);
}

async function findVisibleStack(
  catalogue: CatalogueReader,
  principal: Principal,
  id: string,
): Promise<Outcome<CatalogueStack>> {
  const stack = await catalogue.findSoftwareStack(id, principal.name);
  if (stack && projectsToUse(stack.projects, principal)) return done(stack);
  const detail = `There is no software stack ${id}. GET /v1/software-stacks lists them.`;
  return refused({ code: 'unknown-software-stack', detail, errors: [{ pointer: '/stack', detail }] });
}

function needsOf(stack: CatalogueStack, offer: InstanceTypeOffer, subnets: Subnet[]): InstanceTypeNeeds {
  return { ...stack, ...offer, zones: zonesOf(stack, subnets) };
}

function isOfferedAtAll(type: InstanceTypeFacts, { hiddenTypes, requireHibernation }: InstanceTypeOffer) {
  return !isHidden(type.name, hiddenTypes) && (type.hibernationSupported || !requireHibernation);
}

function describe(types: InstanceTypeFacts[]): InstanceType[] {
  return types
    .map((type) => ({
      ...type,
      group: type.gpu ? ('3d' as const) : ('2d' as const),
      label: labelInstanceType(type),
    }))
    .sort(compareInstanceTypes);
}
