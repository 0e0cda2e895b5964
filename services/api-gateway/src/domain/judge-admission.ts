import type { CreateSessionBody, Schedule, SessionType } from '@deskfleet/contracts';
import type { AdmissionFacts, AdmissionFault, AdmissionPolicy, Quotas, StackFacts } from './admission.ts';
import { mostRootVolumeGiB, rootVolumeGiBToHibernate } from './hibernation-limits.ts';
import { hibernationTypeFaults, hibernationVolumeFaults } from './hibernation-rules.ts';
import { type InstanceTypeFacts, type InstanceTypeOffer, whyNotOn } from './instance-type-rules.ts';
import { nearestInstanceType } from './nearest-instance-type.ts';
import { chooseProject } from './project-rules.ts';
import { type CodedFault, type Refusal, refusalOfFaults } from './refusal.ts';
import {
  changeNotAllowed,
  defaultScheduleFor,
  mayChangeSchedule,
  refusalOfSchedule,
  type SchedulePolicy,
  scheduleFaults,
} from './schedule-policy.ts';
import { projectsToUse } from './stack-visibility.ts';
import { subnetFaults, zoneFaults } from './subnet-rules.ts';

export interface Admission {
  stack: StackFacts;
  rootVolumeGiB: number;
  hibernation: boolean;
  sessionType: SessionType;
  project: { id: string; name: string } | null;
  schedule: Schedule;
}

export type AdmissionVerdict =
  | { admitted: true; admission: Admission }
  /** `wantsOtherTypes`: with the list of instance types, the refusal could name one that would do. */
  | { admitted: false; refusal: Refusal; wantsOtherTypes: boolean };

/** Whether a desktop may be launched as asked; if not, everything that stands in its way at once. */
export function judgeAdmission(
  request: CreateSessionBody,
  known: AdmissionFacts,
  { quotas, offer, schedules }: AdmissionPolicy,
): AdmissionVerdict {
  const unread = whatIsUnread(request, known);
  if (unread) return { admitted: false, refusal: unread, wantsOtherTypes: false };
  // A stack that the caller may not know of is none.
  const stack = known.stack && projectsToUse(known.stack.projects, known) ? known.stack : null;
  const facts = { ...known, stack, offer };
  const choice = chooseProject(request, facts);
  const faults = [
    ...stackFaults(request, facts),
    ...instanceTypeFaults(request, facts),
    ...(stack ? choiceFaults(request, facts, stack) : []),
    ...choice.faults,
    ...ownerFaults(request, facts, quotas),
    ...wishForHoursFaults(request, facts, schedules),
  ];
  const { instanceType, otherTypes } = facts;
  if (!stack || !instanceType || faults.length > 0) {
    const wantsOtherTypes = otherTypes === null && faults.some(({ otherTypeHelps }) => otherTypeHelps);
    return {
      admitted: false,
      refusal: refusalOf(advised(faults, adviceFor(request, facts))),
      wantsOtherTypes,
    };
  }
  const project = choice.project && { id: choice.project.id, name: choice.project.name };
  const schedule = request.schedule ?? defaultScheduleFor(facts.timezone, schedules);
  return { admitted: true, admission: admissionOf(request, { stack, instanceType, project, schedule }) };
}

const schedulePointer = '/schedule';

function refusalOf(faults: CodedFault[]): Refusal {
  const areOfSchedule = faults.every(({ pointer }) => pointer.startsWith(schedulePointer));
  return areOfSchedule ? refusalOfSchedule(faults) : refusalOfFaults(faults);
}

/** A schedule that nobody may choose need not be mended. */
function wishForHoursFaults(
  { schedule }: CreateSessionBody,
  { stack, administrator }: AdmissionFacts,
  schedules: SchedulePolicy,
): AdmissionFault[] {
  if (!schedule) return [];
  const profile = { usersMayChangeSchedule: stack?.usersMayChangeSchedule ?? true };
  if (!mayChangeSchedule({ administrator }, profile, schedules)) return [changeNotAllowed(schedulePointer)];
  return scheduleFaults(schedule, schedulePointer);
}

function admissionOf(
  { rootVolumeGiB: wanted = 0, hibernation = false, sessionType = 'default' }: CreateSessionBody,
  {
    stack,
    instanceType,
    project,
    schedule,
  }: Pick<Admission, 'stack' | 'project' | 'schedule'> & { instanceType: InstanceTypeFacts },
): Admission {
  // The image does not fit on less, so a smaller wish is raised and not refused.
  const least = hibernation ? rootVolumeGiBToHibernate(stack, instanceType) : stack.minRootVolumeGiB;
  return { stack, rootVolumeGiB: Math.max(wanted, least), hibernation, sessionType, project, schedule };
}

function whatIsUnread(
  { subnetId }: CreateSessionBody,
  { instanceTypesKnown, subnets }: AdmissionFacts,
): Refusal | null {
  const what = !instanceTypesKnown
    ? 'instance types'
    : subnetId !== undefined && subnets.length === 0
      ? 'subnets'
      : null;
  return (
    what && {
      code: 'service-unavailable',
      detail: `The ${what} are still being read from EC2. Try again in a few seconds.`,
      retryAfterSeconds: 5,
    }
  );
}

function stackFaults(request: CreateSessionBody, { stack }: AdmissionFacts): AdmissionFault[] {
  if (stack) return [];
  const detail = `There is no software stack ${request.softwareStackId}. GET /v1/software-stacks lists them.`;
  return [{ code: 'unknown-software-stack', pointer: '/softwareStackId', detail }];
}

function instanceTypeFaults(request: CreateSessionBody, facts: FactsAndOffer): AdmissionFault[] {
  const { stack, instanceType } = facts;
  if (!instanceType) {
    const detail = `There is no instance type ${request.instanceType} here. GET /v1/instance-types lists them.`;
    return [{ code: 'unknown-instance-type', pointer: '/instanceType', detail }];
  }
  return stack ? faultsOfType(request, { ...facts, stack }, instanceType) : [];
}

type FactsAndOffer = AdmissionFacts & { offer: InstanceTypeOffer };

/** Everything that speaks against one type for this request; a type that is recommended has none. */
function faultsOfType(
  request: CreateSessionBody,
  facts: FactsAndOffer & { stack: StackFacts },
  type: InstanceTypeFacts,
): AdmissionFault[] {
  // What speaks against a hibernation that the user asks for is told by its own codes.
  const requireHibernation = facts.offer.requireHibernation && !request.hibernation;
  const why = whyNotOn(type, { ...facts.stack, ...facts.offer, requireHibernation });
  const notOffered: AdmissionFault[] = why
    ? [
        {
          code: 'instance-type-not-allowed',
          pointer: '/instanceType',
          detail: why,
          otherTypeHelps: true,
        },
      ]
    : [];
  return [
    ...notOffered,
    ...(request.hibernation ? hibernationTypeFaults(facts.stack, type) : []),
    ...zoneFaults(request, facts, type),
  ];
}

/** Which type would do instead of the wanted one, as a sentence; null when there is nothing to choose from. */
function adviceFor(request: CreateSessionBody, facts: FactsAndOffer): string | null {
  const { stack, instanceType, otherTypes } = facts;
  if (!stack || !instanceType || !otherTypes) return null;
  const fits = (type: InstanceTypeFacts) => faultsOfType(request, { ...facts, stack }, type).length === 0;
  const nearest = nearestInstanceType(instanceType, otherTypes, fits);
  if (!nearest) return 'No type that is offered fits.';
  const named = request.rootVolumeGiB;
  const needed = request.hibernation ? rootVolumeGiBToHibernate(stack, nearest) : 0;
  const volume =
    named !== undefined && named < needed ? `, with a root volume of at least ${needed} GiB` : '';
  return `The nearest that fits is ${nearest.name}${volume}.`;
}

function advised(faults: AdmissionFault[], advice: string | null): CodedFault[] {
  return faults.map(({ otherTypeHelps, ...fault }) =>
    otherTypeHelps && advice ? { ...fault, detail: `${fault.detail} ${advice}` } : fault,
  );
}

function choiceFaults(
  request: CreateSessionBody,
  { instanceType, subnets }: AdmissionFacts,
  stack: StackFacts,
): AdmissionFault[] {
  const faults: AdmissionFault[] = [];
  const most = mostRootVolumeGiB(stack);
  if (request.rootVolumeGiB !== undefined && request.rootVolumeGiB > most) {
    const detail = `The root volume may have at most ${most} GiB.`;
    faults.push({ code: 'root-volume-too-large', pointer: '/rootVolumeGiB', detail });
  }
  if (request.hibernation && instanceType) {
    faults.push(...hibernationVolumeFaults(request, stack, instanceType));
  }
  const why = whyNotSessionType(request.sessionType ?? 'default', stack);
  if (why) faults.push({ code: 'session-type-not-allowed', pointer: '/sessionType', detail: why });
  return [...faults, ...subnetFaults(request, { stack, subnets })];
}

function whyNotSessionType(type: SessionType, stack: StackFacts): string | null {
  // DCV Administrator Guide: virtual sessions exist on Linux only.
  if (type === 'virtual' && stack.os === 'windows') {
    return 'Windows desktops have console sessions only. Leave sessionType out.';
  }
  if (stack.allowedSessionTypes.includes(type)) return null;
  return `This software stack allows the session types ${stack.allowedSessionTypes.join(', ')}.`;
}

function ownerFaults(request: CreateSessionBody, facts: AdmissionFacts, quotas: Quotas): AdmissionFault[] {
  const faults: AdmissionFault[] = [];
  if (facts.nameTaken) {
    const detail = `You already have a desktop named ${request.name}. Choose another name, or delete that desktop.`;
    faults.push({ code: 'name-taken', pointer: '/name', detail });
  }
  const os = facts.stack?.os;
  if (os && facts.liveSessions[os] >= quotas[os]) {
    const system = os === 'linux' ? 'Linux' : 'Windows';
    const detail = `You have ${facts.liveSessions[os]} of ${quotas[os]} ${system} desktops. Delete one to launch another; stopped ones count.`;
    faults.push({ code: 'quota-exceeded', pointer: '', detail });
  }
  return faults;
}
