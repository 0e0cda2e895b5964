import {
  type Command,
  type IntentArguments,
  judgeCommand,
  type OperatingSystem,
  type Session,
} from '@deskfleet/contracts';
import { type DeploymentPolicy, describeSession } from '../domain/describe-session.ts';
import type { InstanceTypeOffer } from '../domain/instance-type-rules.ts';
import { judgeResize } from '../domain/judge-resize.ts';
import { causeOf } from '../domain/principal.ts';
import { done, type Outcome, type Refusal, refused } from '../domain/refusal.ts';
import { managedBy } from '../domain/session-access.ts';
import { commandContextOf, type SessionRecord } from '../domain/session-record.ts';
import type { Announcement, IntentStep, Intents, NewId, NewIntent, Now, Request } from './ports.ts';

export interface RequestIntentDeps {
  intents: Intents;
  policy: DeploymentPolicy;
  offer: InstanceTypeOffer;
  now: Now;
  newId: NewId;
}

export interface IntentRequest extends Request {
  sessionId: string;
  command: Command;
}

/**
 * Accepts that a session be started, stopped, rebooted, resized or terminated: the intent, the event and the audit entry are one
 * transaction. Terminating twice is one intent: a client that repeats its DELETE gets the answer again.
 */
export function requestIntent(deps: RequestIntentDeps, request: IntentRequest): Promise<Outcome<Session>> {
  const { principal, command } = request;
  const describe = (session: SessionRecord) =>
    describeSession(session, { viewer: principal, policy: deps.policy, now: deps.now().toJSDate() });
  return deps.intents.withSession(request.sessionId, async (step) => {
    const managed = managedBy(principal, step.session);
    if (!managed.ok) return managed;
    const session = managed.value;
    const refusal = await whyNot(deps, step, { session, command });
    if (refusal) return refused(refusal);
    if (command.kind === 'terminate' && commandContextOf(session).desired === 'terminated') {
      return done(describe(session));
    }
    return done(describe(await accept(deps, step, { session, request })));
  });
}

async function whyNot(
  { policy, offer }: RequestIntentDeps,
  step: IntentStep,
  { session, command }: { session: SessionRecord; command: Command },
): Promise<Refusal | null> {
  // Whatever the desktop's state: a caller is not to stop it for nothing.
  if (command.kind === 'resize' && !policy.instanceChange[session.os]) return noInstanceChange(session.os);
  const verdict = judgeCommand(commandContextOf(session), command);
  if (!verdict.accepted) return { code: verdict.code, detail: verdict.sentence };
  if (command.kind !== 'resize') return null;
  const to = command.instanceType;
  const from = session.runtime?.instanceType ?? session.instanceType;
  return judgeResize({ from, to }, await step.readResizeFacts(session, to), offer);
}

function noInstanceChange(os: OperatingSystem): Refusal {
  const system = os === 'linux' ? 'Linux' : 'Windows';
  const detail = `${system} desktops keep their instance type here. Launch a new one of the type you need.`;
  return { code: 'instance-change-not-allowed', detail };
}

async function accept(
  { now, newId }: RequestIntentDeps,
  step: IntentStep,
  { session, request }: { session: SessionRecord; request: IntentRequest },
): Promise<SessionRecord> {
  const { principal, requestId, sourceAddress, command } = request;
  const at = now().toJSDate();
  const cause = causeOf(principal, session.owner);
  const intent: NewIntent = {
    sessionId: session.id,
    seq: session.generation + 1,
    kind: command.kind,
    args: argumentsOf(command),
    cause,
    at,
    correlationId: requestId,
  };
  await step.append(intent, announce(intent, session.owner), {
    id: newId(),
    at,
    actor: cause,
    action: `session.${command.kind}`,
    sessionId: session.id,
    sourceAddress,
    detail: { requestId, ...intent.args },
  });
  const { seq, kind, args } = intent;
  return { ...session, generation: seq, latestIntent: { kind, args, cause, at } };
}

function argumentsOf(command: Command): IntentArguments {
  switch (command.kind) {
    case 'stop':
      return { mode: command.mode, force: command.force };
    case 'resize':
      return { instanceType: command.instanceType };
    case 'start':
    case 'reboot':
    case 'terminate':
      return {};
    default:
      return command satisfies never;
  }
}

function announce(intent: NewIntent, owner: string): Announcement {
  const { sessionId, seq: generation, cause, correlationId } = intent;
  const { force = false, mode = 'stop', instanceType = '' } = intent.args;
  const data = { sessionId, owner, generation, cause };
  switch (intent.kind) {
    case 'start':
      return { type: 'deskfleet.session.start-requested.v1', correlationId, data };
    case 'stop':
      return { type: 'deskfleet.session.stop-requested.v1', correlationId, data: { ...data, force, mode } };
    case 'reboot':
      return { type: 'deskfleet.session.reboot-requested.v1', correlationId, data };
    case 'resize':
      return {
        type: 'deskfleet.session.resize-requested.v1',
        correlationId,
        data: { ...data, instanceType },
      };
    case 'terminate':
      return { type: 'deskfleet.session.terminate-requested.v1', correlationId, data };
    case 'launch':
      throw new Error('A launch is an admission, not a request on a session.');
    default:
      return intent.kind satisfies never;
  }
}
