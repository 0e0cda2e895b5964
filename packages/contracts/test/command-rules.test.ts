import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Command,
  type CommandContext,
  type CommandRefusal,
  judgeCommand,
  targetOf,
} from '../src/index.ts';
import {
  commands,
  contexts,
  forcedStop,
  hibernate,
  reboot,
  resize,
  running,
  start,
  stop,
  terminate,
} from './command-examples.ts';

describe('judgeCommand', () => {
  type Row = [
    why: string,
    change: Partial<CommandContext>,
    command: Command,
    expected: 'accepted' | CommandRefusal,
  ];
  const table: Row[] = [
    ['a running desktop stops', {}, stop, 'accepted'],
    ['a running desktop is not started again', {}, start, 'already-running'],
    ['a running desktop terminates', {}, terminate, 'accepted'],
    ['a start takes back a stop that has not happened yet', { desired: 'stopped' }, start, 'accepted'],
    ['a second stop is told that the first is under way', { desired: 'stopped' }, stop, 'already-stopping'],
    ['a stop that hangs may be forced', { state: 'stopping', desired: 'stopped' }, forcedStop, 'accepted'],
    [
      'a forced stop of a stopped desktop is nothing',
      { state: 'stopped', desired: 'stopped' },
      forcedStop,
      'already-stopped',
    ],
    ['a stop while pending is kept for later', { state: 'provisioning' }, stop, 'accepted'],
    [
      'a stop before there is a machine is kept for later',
      { state: 'requested', hasInstance: false },
      stop,
      'accepted',
    ],
    ['a start on the way up is told so', { state: 'starting' }, start, 'already-starting'],
    [
      'a start while requested is told so',
      { state: 'requested', hasInstance: false },
      start,
      'already-starting',
    ],
    ['a start while it stops is accepted', { state: 'stopping', desired: 'stopped' }, start, 'accepted'],
    ['a second start while it stops is told so', { state: 'stopping' }, start, 'already-starting'],
    ['a stopped desktop starts', { state: 'stopped', desired: 'stopped' }, start, 'accepted'],
    ['a stop takes back a start that has not happened yet', { state: 'stopped' }, stop, 'accepted'],
    ['an error may be retried', { state: 'error' }, start, 'accepted'],
    ['an error without a machine may be retried', { state: 'error', hasInstance: false }, start, 'accepted'],
    ['an error with a machine may be stopped', { state: 'error' }, stop, 'accepted'],
    [
      'an error with a machine may be stopped again',
      { state: 'error', desired: 'stopped' },
      stop,
      'accepted',
    ],
    [
      'an error without a machine has nothing to stop',
      { state: 'error', hasInstance: false },
      stop,
      'no-instance',
    ],
    ['an error may be terminated', { state: 'error' }, terminate, 'accepted'],
    [
      'nothing starts while it terminates',
      { state: 'terminating', desired: 'terminated' },
      start,
      'session-terminating',
    ],
    [
      'a wanted end wins over a start that comes before it',
      { desired: 'terminated' },
      start,
      'session-terminating',
    ],
    [
      'a wanted end wins over a stop that comes before it',
      { desired: 'terminated' },
      forcedStop,
      'session-terminating',
    ],
    ['a running desktop reboots', {}, reboot, 'accepted'],
    [
      'a stopped desktop is started, not rebooted',
      { state: 'stopped', desired: 'stopped' },
      reboot,
      'not-running',
    ],
    ['a desktop that comes up is not rebooted', { state: 'starting' }, reboot, 'not-running'],
    ['a stopped desktop is resized', { state: 'stopped', desired: 'stopped' }, resize, 'accepted'],
    ['a running desktop is stopped before it is resized', {}, resize, 'not-stopped'],
    ['a stopped desktop that starts is not resized', { state: 'stopped' }, resize, 'not-stopped'],
    [
      'one that can hibernate is not resized',
      { state: 'stopped', desired: 'stopped', hibernation: true },
      resize,
      'resize-of-hibernating',
    ],
    ['a desktop launched with hibernation hibernates', { hibernation: true }, hibernate, 'accepted'],
    ['one launched without it does not', {}, hibernate, 'hibernation-unsupported'],
    [
      'a hibernated desktop starts',
      { state: 'hibernated', desired: 'hibernated', hibernation: true },
      start,
      'accepted',
    ],
    [
      'a hibernated desktop is at rest',
      { state: 'hibernated', desired: 'hibernated', hibernation: true },
      stop,
      'already-stopped',
    ],
    [
      'a hibernation under way is not asked for twice',
      { state: 'hibernating', desired: 'hibernated', hibernation: true },
      hibernate,
      'already-stopping',
    ],
    [
      'a hibernation that hangs may be cut short',
      { state: 'hibernating', desired: 'hibernated', hibernation: true },
      forcedStop,
      'accepted',
    ],
    ['terminating twice is harmless', { state: 'terminating', desired: 'terminated' }, terminate, 'accepted'],
  ];
  test.each(table)('%s', (_why, change, command, expected) => {
    const verdict = judgeCommand({ ...running, ...change }, command);
    expect(verdict.accepted ? 'accepted' : verdict.code).toBe(expected);
  });

  test('a terminated session refuses everything', () => {
    fc.assert(
      fc.property(contexts, commands, (context, command) => {
        expect(judgeCommand({ ...context, state: 'terminated' }, command)).toMatchObject({
          accepted: false,
          code: 'session-terminated',
        });
      }),
    );
  });

  test('whatever lives can be terminated', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        fc.pre(context.state !== 'terminated');
        expect(judgeCommand(context, terminate).accepted).toBe(true);
      }),
    );
  });

  test('a refusal tells the user something in a whole sentence', () => {
    fc.assert(
      fc.property(contexts, commands, (context, command) => {
        const verdict = judgeCommand(context, command);
        if (!verdict.accepted) expect(verdict.sentence).toMatch(/^[A-Z].*desktop.*\.$/);
      }),
    );
  });

  test('a start is refused only where the session runs, comes up by itself, or ends', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        if (judgeCommand(context, start).accepted) return;
        const wantsRest = context.desired === 'stopped' || context.desired === 'hibernated';
        expect(!wantsRest || context.state === 'terminated').toBe(true);
      }),
    );
  });

  test('an accepted plain stop is new: nothing had asked for it before, except where the last one failed', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        if (!judgeCommand(context, stop).accepted) return;
        expect(context.desired === 'running' || context.state === 'error').toBe(true);
      }),
    );
  });

  test('force never makes a stop less acceptable', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        if (judgeCommand(context, stop).accepted)
          expect(judgeCommand(context, forcedStop).accepted).toBe(true);
      }),
    );
  });
});

test('every kind of intent has the state that it leads to', () => {
  expect({
    launch: targetOf('launch'),
    start: targetOf('start'),
    stop: targetOf('stop'),
    hibernate: targetOf('stop', { mode: 'hibernate' }),
    reboot: targetOf('reboot'),
    resize: targetOf('resize'),
    terminate: targetOf('terminate'),
  }).toEqual({
    launch: 'running',
    start: 'running',
    stop: 'stopped',
    hibernate: 'hibernated',
    reboot: 'running',
    resize: 'stopped',
    terminate: 'terminated',
  });
});
