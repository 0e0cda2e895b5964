import type { CreateSessionBody, OperatingSystem, SessionType } from '@deskfleet/contracts';
import { type InstanceTypeFacts, whyNotOn } from './instance-type-rules.ts';
import { type CodedFault, type Refusal, refusalOfFaults } from './refusal.ts';

export interface StackFacts {
  id: string;
  name: string;
  os: OperatingSystem;
  architecture: string;
  minRootVolumeGiB: number;
  minMemoryGiB: number;
  allowedInstanceTypes: string[];
  allowedSessionTypes: SessionType[];
  maxRootVolumeGiB: number;
}

/** What is known when a desktop is asked for. */
export interface AdmissionFacts {
  /** Null when there is none of that id, or it is switched off. */
  stack: StackFacts | null;
  instanceType: InstanceTypeFacts | null;
  /** Whether session-manager has read the instance types from EC2 at all. */
  instanceTypesKnown: boolean;
  /** The owner's sessions that are not terminated. */
  liveSessions: Record<OperatingSystem, number>;
  nameTaken: boolean;
}

/** What is not asked of a request's instance type. */
const unlimited = { requiresGpu: false, hiddenTypes: [], requireHibernation: false };

/** Sessions that one owner may have at a time; stopped ones count. */
export type Quotas = Record<OperatingSystem, number>;

export interface Admission {
  stack: StackFacts;
  rootVolumeGiB: number;
  sessionType: SessionType;
}

export type AdmissionVerdict =
  | { admitted: true; admission: Admission }
  | { admitted: false; refusal: Refusal };

/** Whether a desktop may be launched as asked; if not, everything that stands in its way at once. */
export function judgeAdmission(
  request: CreateSessionBody,
  facts: AdmissionFacts,
  quotas: Quotas,
): AdmissionVerdict {
  if (!facts.instanceTypesKnown) {
    return {
      admitted: false,
      refusal: {
        code: 'service-unavailable',
        detail: 'The instance types are still being read from EC2. Try again in a few seconds.',
        retryAfterSeconds: 5,
      },
    };
  }
  const { stack } = facts;
  const faults = [
    ...stackFaults(request, facts),
    ...instanceTypeFaults(request, facts),
    ...(stack ? choiceFaults(request, stack) : []),
    ...ownerFaults(request, facts, quotas),
  ];
  if (!stack || faults.length > 0) return { admitted: false, refusal: refusalOfFaults(faults) };
  return {
    admitted: true,
    admission: {
      stack,
      // The image does not fit on less, so a smaller wish is raised and not refused.
      rootVolumeGiB: Math.max(request.rootVolumeGiB ?? 0, stack.minRootVolumeGiB),
      sessionType: request.sessionType ?? 'default',
    },
  };
}

function stackFaults(request: CreateSessionBody, { stack }: AdmissionFacts): CodedFault[] {
  if (stack) return [];
  const detail = `There is no software stack ${request.softwareStackId}. GET /v1/software-stacks lists them.`;
  return [{ code: 'unknown-software-stack', pointer: '/softwareStackId', detail }];
}

function instanceTypeFaults(
  request: CreateSessionBody,
  { stack, instanceType }: AdmissionFacts,
): CodedFault[] {
  const pointer = '/instanceType';
  if (!instanceType) {
    const detail = `There is no instance type ${request.instanceType} here. GET /v1/instance-types lists them.`;
    return [{ code: 'unknown-instance-type', pointer, detail }];
  }
  const why = stack ? whyNotOn(instanceType, { ...stack, ...unlimited }) : null;
  return why ? [{ code: 'instance-type-not-allowed', pointer, detail: why }] : [];
}

function choiceFaults(request: CreateSessionBody, stack: StackFacts): CodedFault[] {
  const faults: CodedFault[] = [];
  const most = Math.max(stack.maxRootVolumeGiB, stack.minRootVolumeGiB);
  if (request.rootVolumeGiB !== undefined && request.rootVolumeGiB > most) {
    const detail = `The root volume may have at most ${most} GiB.`;
    faults.push({ code: 'root-volume-too-large', pointer: '/rootVolumeGiB', detail });
  }
  const why = whyNotSessionType(request.sessionType ?? 'default', stack);
  if (why) faults.push({ code: 'session-type-not-allowed', pointer: '/sessionType', detail: why });
  return faults;
}

function whyNotSessionType(type: SessionType, stack: StackFacts): string | null {
  // DCV Administrator Guide: virtual sessions exist on Linux only.
  if (type === 'virtual' && stack.os === 'windows') {
    return 'Windows desktops have console sessions only. Leave sessionType out.';
  }
  if (stack.allowedSessionTypes.includes(type)) return null;
  return `This software stack allows the session types ${stack.allowedSessionTypes.join(', ')}.`;
}

function ownerFaults(request: CreateSessionBody, facts: AdmissionFacts, quotas: Quotas): CodedFault[] {
  const faults: CodedFault[] = [];
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
