import type { CreateSessionBody } from '@deskfleet/contracts';
import { type Admission, judgeAdmission, type Quotas } from '../domain/judge-admission.ts';
import { causeOf } from '../domain/principal.ts';
import { done, keyReused, type Outcome, refused } from '../domain/refusal.ts';
import { describeSession, type SessionRecord } from '../domain/session-record.ts';
import type {
  Admissions,
  AdmittedSession,
  IdempotencyKey,
  NewId,
  Now,
  Request,
  StoredAnswer,
} from './ports.ts';

export interface CreateSessionDeps {
  admissions: Admissions;
  quotas: Quotas;
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
    if (previous) {
      return previous.requestHash === idempotency?.requestHash ? done(previous) : refused(keyReused);
    }
    const verdict = judgeAdmission(body, facts, deps.quotas);
    if (!verdict.admitted) return refused(verdict.refusal);
    const session = newSession(deps, request, verdict.admission);
    const answer = answerOf(session, request);
    await step.record(admittedSession(session, request, { answer, auditId: deps.newId() }));
    return done(answer);
  });
}

function newSession(
  { now, newId }: CreateSessionDeps,
  { principal, body }: CreateSessionRequest,
  { stack, rootVolumeGiB, sessionType }: Admission,
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
    hibernation: false,
    // Read from the profile when there is a machine to make one of.
    ownersMayCreateImages: false,
    createdAt,
    endedAt: null,
    generation: 1,
    latestIntent: { kind: 'launch', args: {}, at: createdAt },
    runtime: null,
  };
}

function answerOf(session: SessionRecord, { principal }: CreateSessionRequest): StoredAnswer {
  return {
    status: 202,
    location: `/v1/sessions/${session.id}`,
    body: JSON.stringify(describeSession(session, principal)),
  };
}

function admittedSession(
  session: SessionRecord,
  { principal, requestId, sourceAddress, idempotency }: CreateSessionRequest,
  { answer, auditId }: { answer: StoredAnswer; auditId: string },
): AdmittedSession {
  const cause = causeOf(principal, session.owner);
  const { id, owner, name, os, instanceType, rootVolumeGiB, createdAt } = session;
  const softwareStackId = session.softwareStack.id;
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
      detail: { requestId, name, softwareStackId, instanceType, rootVolumeGiB },
    },
    announcement: {
      type: 'deskfleet.session.requested.v1',
      correlationId: requestId,
      data: { sessionId: id, owner, generation: 1, cause, name, os, softwareStackId, instanceType },
    },
    answer: idempotency ? { ...answer, ...idempotency } : null,
  };
}
