import type { InstanceType } from '@deskfleet/contracts';
import { whyNotOn } from '../domain/instance-type-rules.ts';
import { labelInstanceType } from '../domain/label-instance-type.ts';
import { done, type Outcome, refused } from '../domain/refusal.ts';
import type { CatalogueReader } from './ports.ts';

/** What desktops can run on, smallest first; with a software stack, only what it may run on. */
export async function listInstanceTypes(
  catalogue: CatalogueReader,
  softwareStackId: string | null,
): Promise<Outcome<InstanceType[]>> {
  const needs = softwareStackId === null ? null : await catalogue.findInstanceTypeNeeds(softwareStackId);
  if (softwareStackId !== null && needs === null) {
    const detail = `There is no software stack ${softwareStackId}. GET /v1/software-stacks lists them.`;
    return refused({ code: 'unknown-software-stack', detail, errors: [{ pointer: '/stack', detail }] });
  }
  const types = await catalogue.listInstanceTypes();
  return done(
    types
      .filter((type) => needs === null || whyNotOn(type, needs) === null)
      .map((type) => ({ ...type, label: labelInstanceType(type) })),
  );
}
