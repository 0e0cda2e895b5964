import type { CreateSessionBody } from '@deskfleet/contracts';
import type { AdmissionFacts, AdmissionPolicy } from '../domain/admission.ts';
import { type DeploymentPolicy, describeSession } from '../domain/describe-session.ts';
import { type Admission, type AdmissionVerdict, judgeAdmission } from '../domain/judge-admission.ts';
import { causeOf } from '../domain/principal.ts';
import { done, type Outcome, refused } from '../domain/refusal.ts';
import { newScheduling } from '../domain/scheduling-spec.ts';
import type { SessionRecord } from '../domain/session-record.ts';
import { answerAgain } from './answer-again.ts';
import type {
  AdmissionStep,
  Admissions,
  AdmittedSession,
  IdempotencyKey,
  NewId,
  Now,
  Request,
  StoredAnswer,
} from './ports.ts';

export interface CreateSessionDeps extends AdmissionPolicy {
  admissions: Admissions;
  policy: DeploymentPolicy;
  now: Now;
  newId: NewId;
}

export interface CreateSessionRequest extends Request {
  body: CreateSessionBody;
  idempotency: IdempotencyKey | null;
}

/**
 * Admits a desktop: the session, its first intent, the event, the audit entry and the kept answer are one transaction.
 * A repeated request gets the first one's answer, even while that one is still at work: both wait for the owner's lock.
 */
export function createSession(
  deps: CreateSessionDeps,
  request: CreateSessionRequest,
): Promise<Outcome<StoredAnswer>> {
  const { principal, body, idempotency } = request;
  return deps.admissions.admit(principal.name, async (step) => {
    const { previous, ...facts } = await step.readFacts(body, idempotency?.key ?? null);
    if (previous) return answerAgain(previous, idempotency);
    const verdict = await judge(deps, step, {
      request,
      facts: { ...facts, administrator: principal.administrator, otherTypes: null },
    });
    if (!verdict.admitted) return refused(verdict.refusal);
    const session = newSession(deps, request, verdict.admission);
    const answer = answerOf(session, request, deps);
    await step.record(admittedSession(session, request, { answer, auditId: deps.newId() }));
    return done(answer);
  });
}

/** The instance types, hundreds, are read only for a refusal that is to name one that would do. */
async function judge(
  policy: AdmissionPolicy,
  step: AdmissionStep,
  { request: { body }, facts }: { request: CreateSessionRequest; facts: AdmissionFacts },
): Promise<AdmissionVerdict> {
  const verdict = judgeAdmission(body, facts, policy);
  if (verdict.admitted || !verdict.wantsOtherTypes) return verdict;
  return judgeAdmission(body, { ...facts, otherTypes: await step.readInstanceTypes() }, policy);
}

function newSession(
  { now, newId }: CreateSessionDeps,
  { principal, body }: CreateSessionRequest,
  { stack, rootVolumeGiB, hibernation, sessionType, project, schedule }: Admission,
): SessionRecord {
  const createdAt = now().toJSDate();
  return {
    id: newId(),
    owner: principal.name,
    name: body.name,
    os: stack.os,
    softwareStack: { id: stack.id, name: stack.name },
    instanceType: body.instanceType,
    rootVolumeGiB,
    sessionType,
    hibernation,
    subnetId: body.subnetId ?? null,
    project,
    // Read from the profile when there is a machine to make one of.
    ownersMayCreateImages: false,
    usersMayChangeSchedule: stack.usersMayChangeSchedule,
    profileStopsAtClose: stack.stopAtClose,
    createdAt,
    endedAt: null,
    scheduling: newScheduling(schedule, createdAt),
    specVersion: 1,
    expiresAt: null,
    idleFinding: null,
    steps: [],
    generation: 1,
    latestIntent: {
      kind: 'launch',
      args: {},
      cause: causeOf(principal, principal.name),
      at: createdAt,
    },
    guests: [],
    runtime: null,
  };
}

function answerOf(
  session: SessionRecord,
  { principal }: CreateSessionRequest,
  { policy }: CreateSessionDeps,
): StoredAnswer {
  const viewing = { viewer: principal, policy, now: session.createdAt };
  return {
    status: 202,
    location: `/v1/sessions/${session.id}`,
    body: JSON.stringify(describeSession(session, viewing)),
  };
}

function admittedSession(
  session: SessionRecord,
  { principal, requestId, sourceAddress, idempotency }: CreateSessionRequest,
  { answer, auditId }: { answer: StoredAnswer; auditId: string },
): AdmittedSession {
  const cause = causeOf(principal, session.owner);
  const { id, owner, name, os, instanceType, rootVolumeGiB, hibernation, subnetId, createdAt } = session;
  const softwareStackId = session.softwareStack.id;
  const projectId = session.project?.id ?? null;
  const wish = { name, softwareStackId, instanceType, hibernation, projectId };
  return {
    session,
    correlationId: requestId,
    audit: {
      id: auditId,
      at: createdAt,
      actor: cause,
      action: 'session.create',
      sessionId: id,
      sourceAddress,
      detail: { requestId, ...wish, rootVolumeGiB, subnetId },
    },
    announcement: {
      type: 'deskfleet.session.requested.v1',
      correlationId: requestId,
      data: { sessionId: id, owner, generation: 1, cause, os, ...wish },
    },
    answer: idempotency ? { ...answer, ...idempotency } : null,
  };
}
