import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Capability,
  type Command,
  type CommandContext,
  capabilities,
  capabilitiesOf,
  judgeCommand,
} from '../src/index.ts';
import { contexts, hibernate, reboot, resize, running, start, stop, terminate } from './command-examples.ts';

/** The command behind a capability; connecting, imaging, passwords and schedules are none. */
function commandOf(capability: Capability): Command | null {
  switch (capability) {
    case 'start':
      return start;
    case 'stop':
      return stop;
    case 'hibernate':
      return hibernate;
    case 'reboot':
      return reboot;
    case 'resize':
      return resize;
    case 'terminate':
      return terminate;
    case 'connect':
    case 'create-image':
    case 'show-password':
    case 'edit-schedule':
    case 'keep-alive':
    case 'share':
      return null;
    default:
      return capability satisfies never;
  }
}

describe('capabilitiesOf', () => {
  type Row = [why: string, change: Partial<CommandContext>, expected: Capability[]];
  const table: Row[] = [
    [
      'running',
      {},
      [
        'connect',
        'stop',
        'reboot',
        'terminate',
        'create-image',
        'show-password',
        'edit-schedule',
        'keep-alive',
        'share',
      ],
    ],
    [
      'running, can hibernate',
      { hibernation: true },
      [
        'connect',
        'stop',
        'hibernate',
        'reboot',
        'terminate',
        'create-image',
        'show-password',
        'edit-schedule',
        'keep-alive',
        'share',
      ],
    ],
    [
      'running, a stop is accepted',
      { desired: 'stopped' },
      ['start', 'terminate', 'create-image', 'show-password', 'edit-schedule', 'share'],
    ],
    ['running, its end is accepted', { desired: 'terminated' }, []],
    [
      'requested',
      { state: 'requested', hasInstance: false },
      ['stop', 'terminate', 'edit-schedule', 'keep-alive', 'share'],
    ],
    [
      'starting',
      { state: 'starting' },
      ['stop', 'terminate', 'show-password', 'edit-schedule', 'keep-alive', 'share'],
    ],
    [
      'stopping',
      { state: 'stopping', desired: 'stopped' },
      ['start', 'terminate', 'show-password', 'edit-schedule', 'share'],
    ],
    [
      'stopped',
      { state: 'stopped', desired: 'stopped' },
      ['start', 'resize', 'terminate', 'create-image', 'show-password', 'edit-schedule', 'share'],
    ],
    [
      'stopped, can hibernate',
      { state: 'stopped', desired: 'stopped', hibernation: true },
      ['start', 'terminate', 'create-image', 'show-password', 'edit-schedule', 'share'],
    ],
    [
      'hibernated',
      { state: 'hibernated', desired: 'hibernated', hibernation: true },
      ['start', 'terminate', 'create-image', 'show-password', 'edit-schedule', 'share'],
    ],
    [
      'hibernating',
      { state: 'hibernating', desired: 'hibernated', hibernation: true },
      ['start', 'terminate', 'show-password', 'edit-schedule', 'share'],
    ],
    [
      'resizing',
      { state: 'resizing', desired: 'stopped' },
      ['start', 'terminate', 'show-password', 'edit-schedule', 'share'],
    ],
    [
      'error without a machine',
      { state: 'error', hasInstance: false },
      ['start', 'terminate', 'edit-schedule', 'share'],
    ],
    [
      'error with a machine',
      { state: 'error' },
      ['start', 'stop', 'terminate', 'show-password', 'edit-schedule', 'share'],
    ],
    ['terminating', { state: 'terminating', desired: 'terminated' }, []],
    ['terminated', { state: 'terminated', desired: 'terminated', hasInstance: false }, []],
  ];
  test.each(table)('%s', (_why, change, expected) => {
    expect(capabilitiesOf({ ...running, ...change })).toEqual(expected);
  });

  test('one connects to a running desktop that is to stay so, and to no other', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        const connectable = context.state === 'running' && context.desired === 'running';
        expect(capabilitiesOf(context).includes('connect')).toBe(connectable);
      }),
    );
  });

  test('what is offered, other than to connect, is accepted when asked for', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        for (const capability of capabilitiesOf(context)) {
          const command = commandOf(capability);
          if (command) expect(judgeCommand(context, command).accepted).toBe(true);
        }
      }),
    );
  });

  test('what is accepted is offered, except to terminate what is terminating already', () => {
    fc.assert(
      fc.property(contexts, fc.constantFrom(...capabilities), (context, capability) => {
        const command = commandOf(capability);
        if (!command || !judgeCommand(context, command).accepted) return;
        const again = capability === 'terminate' && context.desired === 'terminated';
        expect(capabilitiesOf(context).includes(capability)).toBe(!again);
      }),
    );
  });

  test('capabilities come once each, in the order of the list', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        const offered = capabilitiesOf(context);
        expect(capabilities.filter((one) => offered.includes(one))).toEqual(offered);
      }),
    );
  });
});
