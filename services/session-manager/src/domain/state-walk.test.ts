import { desiredStates, type IntentArguments, type IntentKind, sessionStates } from '@deskfleet/contracts';
import { describe, expect, test } from 'vitest';
import { settings } from '../../test/default-settings.ts';
import { observation, runningStatus } from '../../test/example-session.ts';
import { changeByIntent } from '../adapters/postgres/apply-intents.ts';
import { givesUp, type PowerCall, powerCalls, stateAfterCall } from './decide-call-failure.ts';
import { decideIntent } from './decide-intent.ts';
import { decideLaunchFailure } from './decide-launch.ts';
import { decideNextStep } from './decide-next-step.ts';
import { type AwsFailureKind, awsFailureKinds } from './reasons.ts';
import { type Ec2State, ec2States, type Observation, type SessionStatus } from './session-status.ts';
import { after } from './settings.ts';
import type { Step } from './step.ts';
import { isLegalTransition } from './transitions.ts';

// Every state × every intent × everything that EC2 can say, as one table that a reviewer can read: a rule that changes,
// changes lines of state-walk.table.txt. The invariants beside it hold whatever the table says.

const now = new Date('2026-11-22T08:00:00Z');
const longAgo = after(now, { hours: -1 });
const justNow = after(now, { seconds: -5 });

const intents: { name: string; kind: IntentKind; args: IntentArguments }[] = [
  { name: 'start', kind: 'start', args: {} },
  { name: 'stop', kind: 'stop', args: { mode: 'stop' } },
  { name: 'force stop', kind: 'stop', args: { mode: 'stop', force: true } },
  { name: 'hibernate', kind: 'stop', args: { mode: 'hibernate' } },
  { name: 'reboot', kind: 'reboot', args: {} },
  { name: 'resize', kind: 'resize', args: { instanceType: 'm7i.xlarge' } },
  { name: 'terminate', kind: 'terminate', args: {} },
];

/** What EC2 can say of an instance; a stop and a hibernation differ in the reason only. */
const answers: { name: string; observation: Observation | undefined }[] = [
  { name: 'nothing', observation: undefined },
  ...ec2States.flatMap((state) =>
    state === 'stopping' || state === 'stopped'
      ? [
          { name: state, observation: seen(state, 'Client.UserInitiatedShutdown') },
          { name: `${state}, hibernation`, observation: seen(state, 'Client.UserInitiatedHibernate') },
        ]
      : [{ name: state, observation: seen(state, null) }],
  ),
];

function seen(state: Ec2State, stateReasonCode: string | null): Observation {
  return { ...observation, state, stateReasonCode };
}

/** Every situation that a session can be in when an intent comes, with and without hibernation and a machine. */
const situations: SessionStatus[] = sessionStates.flatMap((state) =>
  desiredStates.flatMap((desired) =>
    [true, false].map((hibernation) => ({
      ...runningStatus,
      state,
      desired,
      hibernation,
      targetObserved: true,
      instanceId: state === 'requested' ? null : runningStatus.instanceId,
      resizeTo: state === 'resizing' ? 'm7i.xlarge' : null,
      calledAt: longAgo,
    })),
  ),
);

/** The session after the intent, as it is written; null when the intent is rejected. */
function applied(status: SessionStatus, { kind, args }: (typeof intents)[number]): SessionStatus | null {
  const { state, desired, hibernation, instanceId } = status;
  const intent = { seq: 2, kind, args, cause: 'user:alice' };
  const decision = decideIntent({ state, desired, hibernation, hasInstance: instanceId !== null }, intent);
  if (decision.outcome === 'rejected') return null;
  const { set, transition } = changeByIntent(status, intent, decision, now);
  return { ...status, ...set, ...(transition && { state: transition.to }) };
}

const stepOf = (status: SessionStatus, answer: Observation | undefined, at = now): Step =>
  decideNextStep({
    status,
    observation: status.instanceId === null ? undefined : answer,
    host: undefined,
    now: at,
    settings,
  });

function described(step: Step): string {
  if (step.do !== 'transition') return step.do;
  const about = [step.cause, step.reason?.code, step.desired && `wanted ${step.desired}`].filter(Boolean);
  return `→ ${step.to}${about.length > 0 ? ` (${about.join(', ')})` : ''}`;
}

/** From which EC2 states a call does something, or can be waited for; calls from others are refused by EC2. */
const possible: Record<PowerCall, Ec2State[]> = {
  start: ['stopped', 'stopping', 'pending', 'running'],
  stop: ['running', 'pending', 'stopping', 'stopped'],
  'force-stop': ['running', 'pending', 'stopping', 'stopped'],
  hibernate: ['running', 'pending', 'stopping', 'stopped'],
  reboot: ['running'],
  terminate: [...ec2States],
};

function* walk(): Generator<{
  from: SessionStatus;
  status: SessionStatus;
  answer: (typeof answers)[number];
}> {
  for (const from of situations) {
    for (const intent of [null, ...intents]) {
      const status = intent === null ? from : applied(from, intent);
      if (!status) continue;
      for (const timing of [{}, { calledAt: justNow }, { calledAt: null }, { deadlineAt: justNow }]) {
        for (const targetObserved of [true, false]) {
          for (const answer of answers)
            yield { from, status: { ...status, ...timing, targetObserved }, answer };
        }
      }
    }
  }
}

describe('every state × every intent × every answer of EC2', () => {
  test('is as the table says', async () => {
    const lines = situations.flatMap((from) =>
      [{ name: '–' }, ...intents].flatMap((intent) => {
        const status = 'kind' in intent ? applied(from, intent) : from;
        const wish = `${from.state} (wanted ${from.desired}${from.hibernation ? ', can hibernate' : ''}) + ${intent.name}`;
        if (!status) return [`${wish}: rejected`];
        return answers
          .filter(({ observation: seenNow }) => status.instanceId !== null || seenNow === undefined)
          .map(
            ({ name, observation: said }) => `${wish} | EC2: ${name} | ${described(stepOf(status, said))}`,
          );
      }),
    );
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('state-walk.table.txt');
  });

  test('asks for no transition that the state machine does not have', () => {
    for (const { status, answer } of walk()) {
      const step = stepOf(status, answer.observation);
      if (step.do === 'transition') {
        expect([status.state, step.to, isLegalTransition(status.state, step.to)]).toEqual([
          status.state,
          step.to,
          true,
        ]);
      }
    }
  });

  test('makes no call whose success would be no transition, or that EC2 cannot do', () => {
    for (const { status, answer } of walk()) {
      const call = powerCalls.find((one) => one === stepOf(status, answer.observation).do);
      if (!call) continue;
      const to = stateAfterCall(call);
      expect([call, status.state, status.state === to || isLegalTransition(status.state, to)]).toEqual([
        call,
        status.state,
        true,
      ]);
      if (answer.observation) expect(possible[call]).toContain(answer.observation.state);
    }
  });

  test('stops nothing that is wanted to run, but what is in error for too long', () => {
    for (const { status, answer } of walk()) {
      const step = stepOf(status, answer.observation);
      const stops = step.do === 'stop' || step.do === 'force-stop' || step.do === 'hibernate';
      if (stops && status.desired === 'running' && status.state !== 'stopping') {
        expect(step).toMatchObject({ cause: 'reconciler' });
        expect(status.state).toBe('error');
      }
    }
  });

  test('terminates nothing that nobody wants terminated', () => {
    for (const { status, answer } of walk()) {
      const wanted = status.desired === 'terminated' || status.state === 'terminating';
      if (!wanted) expect(stepOf(status, answer.observation).do).not.toBe('terminate');
    }
  });

  test('cuts the power of no hibernation that its owner has not cut short', () => {
    for (const { status, answer } of walk()) {
      if (status.state !== 'hibernating' || status.forceStop) continue;
      expect(stepOf(status, answer.observation).do).not.toBe('force-stop');
    }
  });

  test('leaves nothing running unseen: a machine that runs is followed, asked, or brought where it is wanted', () => {
    for (const { status, answer } of walk()) {
      if (answer.observation?.state !== 'running' || status.instanceId === null) continue;
      if (status.state === 'terminated' || status.state === 'running') continue;
      // In time: EC2 has had the time to show our last call, and no retry is waited for.
      const step = stepOf({ ...status, calledAt: longAgo, retryAt: null }, answer.observation);
      expect([status.state, status.desired, step.do === 'nothing']).toEqual([
        status.state,
        status.desired,
        false,
      ]);
    }
  });
});

describe('every call × every refusal of AWS', () => {
  test('is as the table says', async () => {
    const power = powerCalls.flatMap((call) =>
      awsFailureKinds.map((kind) => `${call} | ${kind} | ${outcome(call, kind)}`),
    );
    const launches = awsFailureKinds.flatMap((kind) =>
      [false, true].map((isRepeat) => {
        const facts = { isRepeat, openedAt: after(now, { minutes: -5 }), now };
        const decision = decideLaunchFailure({ kind, code: kind, message: '' }, facts);
        return `launch${isRepeat ? ', repeated' : ''} | ${kind} | ${Object.values(decision).join(' ')}`;
      }),
    );
    await expect(`${[...power, ...launches].join('\n')}\n`).toMatchFileSnapshot('refusal-walk.table.txt');
  });
});

function outcome(call: PowerCall, kind: AwsFailureKind): string {
  const failure = { kind, code: kind, message: '' };
  const at = (failedCalls: number, capacityWindowOver: boolean) =>
    givesUp({ call, failure, failedCalls, capacityWindowOver });
  if (at(1, false)) return 'gives up at once';
  if (at(8, false)) return 'gives up after eight tries';
  return at(8, true) ? 'gives up when the window for capacity is over' : 'goes on trying';
}
