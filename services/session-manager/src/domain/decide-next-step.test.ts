import { describe, expect, test } from 'vitest';
import { settings } from '../../test/default-settings.ts';
import { observation, runningStatus as running } from '../../test/example-session.ts';
import { decideNextStep } from './decide-next-step.ts';
import { deadlineReasons, externalReasons } from './reasons.ts';
import { type Ec2State, ec2States, type Observation, type SessionStatus } from './session-status.ts';
import { after } from './settings.ts';
import { isLegalTransition } from './transitions.ts';

const now = new Date('2026-11-22T08:00:00Z');
const longAgo = after(now, { hours: -1 });
const justNow = after(now, { seconds: -5 });

function ec2(state: Ec2State, stateReasonCode: string | null = null): Observation {
  return { ...observation, state, stateReasonCode };
}

const requested: Partial<SessionStatus> = {
  state: 'requested',
  instanceId: null,
  targetObserved: false,
  firstBoot: true,
};
const toStop: Partial<SessionStatus> = { desired: 'stopped', targetObserved: false };
const toEnd: Partial<SessionStatus> = { desired: 'terminated', targetObserved: false };
const wake: Partial<SessionStatus> = { state: 'stopped', desired: 'running', targetObserved: false };
const pastDeadline = { deadlineAt: justNow };

const nothing = { do: 'nothing' };

/** What differs from a running desktop that is wanted running, what EC2 says, and what must be done. */
const table: [string, Partial<SessionStatus>, Observation | undefined, Record<string, unknown>][] = [
  ['a new session is launched', requested, undefined, { do: 'launch' }],
  ['a launch waits for its retry', { ...requested, retryAt: after(now, { seconds: 9 }) }, undefined, nothing],
  [
    'an open attempt is repeated even when the session is to be terminated',
    { ...requested, ...toEnd, openAttempt: { id: 'a-1', nextTryAt: justNow } },
    undefined,
    { do: 'launch' },
  ],
  [
    'while an attempt is open there is no error, however late it is',
    { ...requested, ...pastDeadline, openAttempt: { id: 'a-1', nextTryAt: after(now, { seconds: 9 }) } },
    undefined,
    nothing,
  ],
  [
    'terminate while requested ends it without an instance',
    { ...requested, ...toEnd },
    undefined,
    { do: 'transition', to: 'terminated' },
  ],
  [
    'a launch that cannot be prepared ends in error',
    { ...requested, ...pastDeadline },
    undefined,
    { do: 'transition', to: 'error', reason: deadlineReasons.launchTimeout },
  ],
  [
    'provisioning becomes starting',
    { state: 'provisioning' },
    ec2('running'),
    { do: 'transition', to: 'starting' },
  ],
  ['provisioning waits for EC2', { state: 'provisioning' }, ec2('pending'), nothing],
  [
    'provisioning for too long is an error',
    { state: 'provisioning', ...pastDeadline },
    ec2('pending'),
    { do: 'transition', to: 'error', reason: deadlineReasons.instanceNotRunning },
  ],
  [
    'stop while provisioning waits, as EC2 cannot stop a pending instance',
    { state: 'provisioning', ...toStop },
    ec2('pending'),
    nothing,
  ],
  [
    'terminate while provisioning is done at once',
    { state: 'provisioning', ...toEnd },
    ec2('pending'),
    { do: 'terminate' },
  ],
  [
    'a first boot that EC2 gives up is an error, and a retry needs a new machine',
    { state: 'provisioning', firstBoot: true },
    ec2('terminated', 'Server.InternalError'),
    { do: 'transition', to: 'error', dropsInstance: true },
  ],
  [
    'a machine that somebody terminates while it boots is gone',
    { state: 'provisioning', firstBoot: true },
    ec2('terminated', 'Client.UserInitiatedShutdown'),
    { do: 'transition', to: 'terminated', cause: 'external' },
  ],
  ['a start that EC2 dropped is repeated', { state: 'provisioning' }, ec2('stopped'), { do: 'start' }],
  ['a start has time to show', { state: 'provisioning', calledAt: justNow }, ec2('stopped'), nothing],
  [
    'a start that EC2 drops again and again is an error',
    { state: 'provisioning', ...pastDeadline },
    ec2('stopped', 'Client.InternalError'),
    { do: 'transition', to: 'error', reason: { code: 'instance-failed' } },
  ],
  [
    'a machine that never came up stays in error, with the reason',
    { state: 'error', reason: deadlineReasons.instanceNotRunning },
    ec2('stopped'),
    nothing,
  ],
  [
    'a machine in error that is stopped at the console is stopped, and the record says why',
    { state: 'error', reason: deadlineReasons.dcvNotReady },
    ec2('stopped'),
    { do: 'transition', to: 'stopped', cause: 'external', external: true, reason: externalReasons.stopped },
  ],
  [
    'the stop of a desktop in error whose answer was lost is ours',
    { state: 'error', reason: deadlineReasons.dcvNotReady, ...pastDeadline },
    ec2('stopped'),
    { do: 'transition', to: 'stopped', cause: 'reconciler', reason: deadlineReasons.stoppedAfterError },
  ],
  ['starting asks the host', { state: 'starting' }, ec2('running'), { do: 'probe' }],
  [
    'a host that is never ready is an error',
    { state: 'starting', ...pastDeadline },
    ec2('running'),
    { do: 'transition', to: 'error', reason: deadlineReasons.dcvNotReady },
  ],
  ['stop while starting is done', { state: 'starting', ...toStop }, ec2('running'), { do: 'stop' }],
  ['running stays running', {}, ec2('running'), nothing],
  ['running stays running while EC2 says nothing', {}, undefined, nothing],
  ['stop is done', toStop, ec2('running'), { do: 'stop' }],
  ['a forced stop is forced', { ...toStop, forceStop: true }, ec2('running'), { do: 'force-stop' }],
  ['terminate is done', toEnd, ec2('running'), { do: 'terminate' }],
  [
    'a stop at the console is followed',
    {},
    ec2('stopped'),
    { do: 'transition', to: 'stopped', cause: 'external', external: true, reason: externalReasons.stopped },
  ],
  ['EC2 may lag behind our own call', { calledAt: justNow }, ec2('stopped'), nothing],
  [
    'a termination at the console is followed',
    {},
    ec2('terminated', 'Client.UserInitiatedShutdown'),
    { do: 'transition', to: 'terminated', cause: 'external', reason: externalReasons.terminated },
  ],
  [
    'stopping becomes stopped',
    { state: 'stopping', ...toStop },
    ec2('stopped'),
    { do: 'transition', to: 'stopped' },
  ],
  [
    'a desktop stopped after an error says so when it has stopped',
    { state: 'stopping', ...toStop, desiredCause: 'reconciler' },
    ec2('stopped'),
    { do: 'transition', to: 'stopped', reason: deadlineReasons.stoppedAfterError },
  ],
  [
    'a desktop stopped at the console says so when it has stopped',
    { state: 'stopping', ...toStop, desiredCause: 'external' },
    ec2('stopped'),
    { do: 'transition', to: 'stopped', reason: externalReasons.stopped },
  ],
  [
    'a stop just after a start is done, though EC2’s answer is from before the start',
    { state: 'starting', ...toStop, calledAt: justNow },
    ec2('stopped'),
    { do: 'stop' },
  ],
  [
    'a lost stop that a start has overtaken is not the console’s doing',
    { targetObserved: false },
    ec2('stopped'),
    { do: 'transition', to: 'stopped' },
  ],
  ['a start that changed nothing is confirmed', { targetObserved: false }, ec2('running'), { do: 'confirm' }],
  [
    'a stop that changed nothing is confirmed',
    { state: 'stopped', ...toStop },
    ec2('stopped'),
    { do: 'confirm' },
  ],
  ['stopping waits', { state: 'stopping', ...toStop }, ec2('stopping'), nothing],
  [
    'a stop that hangs is forced',
    { state: 'stopping', ...toStop, ...pastDeadline },
    ec2('stopping'),
    { do: 'force-stop' },
  ],
  ['a stop without effect is repeated', { state: 'stopping', ...toStop }, ec2('running'), { do: 'stop' }],
  [
    'start while stopping waits for stopped',
    { state: 'stopping', targetObserved: false },
    ec2('stopping'),
    nothing,
  ],
  ['a start is done', wake, ec2('stopped'), { do: 'start' }],
  [
    'a start that was refused waits',
    { ...wake, retryAt: after(now, { seconds: 9 }) },
    ec2('stopped'),
    nothing,
  ],
  [
    'a start at the console is followed',
    { state: 'stopped', desired: 'stopped' },
    ec2('running'),
    { do: 'transition', to: 'starting', cause: 'external', external: true },
  ],
  [
    'our own lost start, overtaken by a stop, does not bill',
    { state: 'stopped', ...toStop },
    ec2('running'),
    { do: 'stop' },
  ],
  ['terminating waits', { state: 'terminating', ...toEnd, calledAt: justNow }, ec2('running'), nothing],
  [
    'a termination without effect is repeated',
    { state: 'terminating', ...toEnd },
    ec2('running'),
    { do: 'terminate' },
  ],
  [
    'terminating becomes terminated',
    { state: 'terminating', ...toEnd },
    ec2('terminated'),
    { do: 'transition', to: 'terminated' },
  ],
  ['an error that heals leaves error', { state: 'error' }, ec2('running'), { do: 'probe' }],
  [
    'an error does not bill for ever',
    { state: 'error', ...pastDeadline },
    ec2('running'),
    { do: 'stop', cause: 'reconciler', reason: deadlineReasons.stoppedAfterError },
  ],
  ['a desktop in error can be stopped', { state: 'error', ...toStop }, ec2('running'), { do: 'stop' }],
  ['a desktop in error can be terminated', { state: 'error', ...toEnd }, ec2('running'), { do: 'terminate' }],
  [
    'an error without a machine can be terminated',
    { state: 'error', instanceId: null, ...toEnd },
    undefined,
    { do: 'transition', to: 'terminated' },
  ],
  ['terminated is final', { state: 'terminated', desired: 'terminated' }, ec2('running'), nothing],
];

describe('decideNextStep', () => {
  test.each(table)('%s', (_guarantee, difference, observation, expected) => {
    const status = { ...running, ...difference };
    expect(decideNextStep({ status, observation, host: undefined, now, settings })).toMatchObject(expected);
  });

  test('a stop whose answer was lost is the owner’s, not an outsider’s', () => {
    const step = decideNextStep({
      status: { ...running, ...toStop },
      observation: ec2('stopped'),
      host: undefined,
      now,
      settings,
    });
    expect(step).toEqual({ do: 'transition', to: 'stopped', desired: 'stopped' });
  });

  test('every transition that any rule asks for is one that the state machine has', () => {
    for (const [, difference] of table) {
      for (const state of ec2States) {
        for (const desired of ['running', 'stopped', 'terminated'] as const) {
          for (const calledAt of [null, justNow, longAgo]) {
            const status = { ...running, ...difference, desired, calledAt };
            const observation = status.instanceId ? ec2(state) : undefined;
            const step = decideNextStep({ status, observation, host: undefined, now, settings });
            if (step.do !== 'transition') continue;
            expect([status.state, step.to, isLegalTransition(status.state, step.to)]).toEqual([
              status.state,
              step.to,
              true,
            ]);
          }
        }
      }
    }
  });
});
