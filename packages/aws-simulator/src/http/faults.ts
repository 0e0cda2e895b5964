import { saveSettings, type World } from '../state/world.ts';
import { AwsError, statusOf } from './aws-error.ts';

const messages: Readonly<Record<string, string>> = {
  UnauthorizedOperation: 'You are not authorized to perform this operation.',
  AccessDeniedException: 'User is not authorized to perform this operation.',
  RequestLimitExceeded: 'Request limit exceeded.',
  ThrottlingException: 'Rate exceeded',
  InternalError: 'An internal error has occurred',
  InternalFailure: 'An internal error has occurred',
  ServiceUnavailable: 'Service is unavailable. Please try again shortly.',
  Unavailable: "The server is overloaded and can't handle the request.",
  VcpuLimitExceeded:
    'You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that the ' +
    'specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an ' +
    'adjustment to this limit.',
};

const appliesTo = (fault: { api: string }, api: string) => fault.api === '*' || fault.api === api;

/** Throws the error that the steering has set for this API or for an instance that the call names, and counts it down. */
export function throwSteeredError(world: World, api: string, instanceIds: readonly string[]): void {
  const { errors } = world.faults;
  const fault = errors.find(
    (candidate) =>
      appliesTo(candidate, api) &&
      (candidate.instanceId === null || instanceIds.includes(candidate.instanceId)),
  );
  if (!fault) return;
  if (fault.remaining !== null) {
    fault.remaining -= 1;
    if (fault.remaining <= 0) world.faults.errors = errors.filter((other) => other !== fault);
    saveSettings(world);
  }
  const message = fault.message ?? messages[fault.code] ?? `${fault.code} (steered)`;
  throw new AwsError(fault.code, message, fault.status ?? statusOf(fault.code));
}

/** True when the answer to this call is to be lost, which is counted down. */
export function losesResponse(world: World, api: string): boolean {
  const { lostResponses } = world.faults;
  const fault = lostResponses.find((candidate) => appliesTo(candidate, api));
  if (!fault) return false;
  fault.remaining -= 1;
  if (fault.remaining <= 0) world.faults.lostResponses = lostResponses.filter((other) => other !== fault);
  saveSettings(world);
  return true;
}
