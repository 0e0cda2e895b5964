import { causeOf } from '../domain/principal.ts';
import { done, type Outcome, type Refusal, refused } from '../domain/refusal.ts';
import { managedBy } from '../domain/session-access.ts';
import { isEnding, type SessionRecord } from '../domain/session-record.ts';
import { whyEnding } from '../domain/why-ending.ts';
import type { AuditEntry, NewId, Now, OwnEvent, Request } from './ports.ts';
import type { SpecFields, SpecStep, SpecStore } from './spec-store.ts';

export interface ChangeSpecDeps {
  specs: SpecStore;
  now: Now;
  newId: NewId;
}

export interface SpecRequest extends Request {
  sessionId: string;
}

/** How a change is made, decided and told. */
export interface SpecChangeRules {
  /** The session may get another name. */
  renames?: boolean;
  /** The version that the caller must have seen, where they name one (If-Match). */
  precondition?: { seen: string[] | null; versionOf: (session: SessionRecord) => string };
  /** The edit; null when there is nothing to change. */
  decide(
    session: SessionRecord,
    moment: Moment,
  ): Outcome<SpecEdit | null> | Promise<Outcome<SpecEdit | null>>;
}

export interface Moment {
  now: Date;
  /** What every event of the session says. */
  about: { sessionId: string; owner: string; generation: number; cause: string };
  step: Pick<SpecStep, 'isNameTaken'>;
}

export interface SpecEdit {
  set: SpecFields;
  event: OwnEvent;
  action: AuditEntry['action'];
  /** For the audit log. */
  detail: Record<string, unknown>;
}

/**
 * Changes what is wanted of a session besides its intents, for its owner or an administrator: the spec, the event and the
 * audit entry are one transaction. Answers the session as it is then.
 */
export function changeSpec(
  deps: ChangeSpecDeps,
  request: SpecRequest,
  { renames = false, precondition, decide }: SpecChangeRules,
): Promise<Outcome<SessionRecord>> {
  const { principal, sessionId } = request;
  return deps.specs.withSession({ sessionId, renames }, async (step) => {
    const managed = managedBy(principal, step.session);
    if (!managed.ok) return managed;
    const session = managed.value;
    const { seen = null, versionOf } = precondition ?? {};
    if (seen && versionOf && !seen.includes(versionOf(session))) return refused(changedMeanwhile);
    if (isEnding(session)) return refused(whyEnding(session));
    const now = deps.now().toJSDate();
    const { owner, generation } = session;
    const about = { sessionId, owner, generation, cause: causeOf(principal, owner) };
    const verdict = await decide(session, { now, about, step });
    if (!verdict.ok) return verdict;
    return done(
      verdict.value ? await record(deps, step, { request, session, edit: verdict.value, now }) : session,
    );
  });
}

const changedMeanwhile: Refusal = {
  code: 'precondition-failed',
  detail: 'It was changed after you read it. Read it again, and make your change to what it is now.',
};

interface Recording {
  request: SpecRequest;
  session: SessionRecord;
  edit: SpecEdit;
  now: Date;
}

async function record(
  { newId }: ChangeSpecDeps,
  step: SpecStep,
  { request, session, edit, now }: Recording,
): Promise<SessionRecord> {
  const { principal, requestId, sourceAddress, sessionId } = request;
  const { name = session.name, ...scheduling } = edit.set;
  await step.record({
    sessionId,
    set: edit.set,
    announcement: { ...edit.event, correlationId: requestId },
    audit: {
      id: newId(),
      at: now,
      actor: causeOf(principal, session.owner),
      action: edit.action,
      sessionId,
      sourceAddress,
      detail: { requestId, ...edit.detail },
    },
  });
  return {
    ...session,
    name,
    scheduling: { ...session.scheduling, ...scheduling },
    specVersion: session.specVersion + 1,
  };
}
