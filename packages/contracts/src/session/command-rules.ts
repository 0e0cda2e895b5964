import type { DesiredState, SessionState, StopMode } from './session-state.ts';

/** What is known of a session when a command on it is judged. */
export interface CommandContext {
  state: SessionState;
  /** What the session's latest intent wants, applied or not. */
  desired: DesiredState;
  /** Whether an EC2 instance belongs to the session. */
  hasInstance: boolean;
  /** Whether the desktop was launched with hibernation enabled. */
  hibernation: boolean;
}

export type Command =
  | { kind: 'start' }
  | { kind: 'reboot' }
  | { kind: 'terminate' }
  | { kind: 'stop'; mode: StopMode; force: boolean }
  | { kind: 'resize'; instanceType: string };

export type CommandVerdict = { accepted: true } | { accepted: false; code: CommandRefusal; sentence: string };

export type CommandRefusal =
  | 'already-running'
  | 'already-starting'
  | 'already-stopped'
  | 'already-stopping'
  | 'hibernation-unsupported'
  | 'no-instance'
  | 'not-running'
  | 'not-stopped'
  | 'resize-of-hibernating'
  | 'session-terminating'
  | 'session-terminated';

/**
 * Whether a session in this situation can be asked to do this. The gateway asks before it accepts an intent, and
 * session-manager asks again when it applies one, because the situation may have changed in between.
 * An accepted command may still have to wait (stop while `provisioning`): it is kept until the state allows it.
 */
export function judgeCommand(context: CommandContext, command: Command): CommandVerdict {
  if (context.state === 'terminated') {
    return refuse('session-terminated', 'This desktop has been terminated. Launch a new one.');
  }
  if (command.kind === 'terminate') return { accepted: true };
  if (context.desired === 'terminated') {
    return refuse('session-terminating', 'This desktop is being terminated and cannot be used any more.');
  }
  switch (command.kind) {
    case 'start':
      return judgeStart(context);
    case 'stop':
      return judgeStop(context, command);
    case 'reboot':
      return judgeReboot(context);
    case 'resize':
      return judgeResize(context);
    default:
      return command satisfies never;
  }
}

function judgeStart({ state, desired }: CommandContext): CommandVerdict {
  const wantsToRun = desired === 'running';
  if (state === 'running' && wantsToRun) {
    return refuse('already-running', 'This desktop is already running. Connect to it.');
  }
  if (wantsToRun && isOnItsWayUp(state)) {
    return refuse('already-starting', 'This desktop is already starting. It will be ready in a few minutes.');
  }
  if (wantsToRun && (state === 'stopping' || state === 'hibernating')) {
    return refuse(
      'already-starting',
      'This desktop is stopping and will start again as soon as it has stopped.',
    );
  }
  if (wantsToRun && state === 'resizing') {
    return refuse(
      'already-starting',
      'This desktop is being resized and will start as soon as that is done.',
    );
  }
  return { accepted: true };
}

function judgeStop(
  { state, desired, hasInstance, hibernation }: CommandContext,
  { mode, force }: Extract<Command, { kind: 'stop' }>,
): CommandVerdict {
  if (mode === 'hibernate' && !hibernation) {
    return refuse(
      'hibernation-unsupported',
      'This desktop was launched without hibernation. Stop it instead, or launch one with hibernation.',
    );
  }
  const wantsToRest = desired === 'stopped' || desired === 'hibernated';
  if (wantsToRest && (state === 'stopped' || state === 'hibernated' || state === 'resizing')) {
    return refuse('already-stopped', 'This desktop is already stopped.');
  }
  if (state === 'error' && !hasInstance) {
    return refuse(
      'no-instance',
      'This desktop never got a machine, so there is nothing to stop. Start or delete it.',
    );
  }
  if (wantsToRest && state !== 'error' && !force) {
    return refuse('already-stopping', 'This desktop is already on its way to stopped.');
  }
  return { accepted: true };
}

function judgeReboot({ state, desired }: CommandContext): CommandVerdict {
  if (state === 'running' && desired === 'running') return { accepted: true };
  return refuse('not-running', 'Only a running desktop can be rebooted. Start it instead.');
}

function judgeResize({ state, desired, hibernation }: CommandContext): CommandVerdict {
  if (hibernation) {
    return refuse(
      'resize-of-hibernating',
      'AWS does not resize a desktop that was launched with hibernation. Launch a new one of the size you need.',
    );
  }
  if (state === 'stopped' && desired === 'stopped') return { accepted: true };
  return refuse('not-stopped', 'Only a stopped desktop can be resized. Stop it first.');
}

function isOnItsWayUp(state: SessionState): boolean {
  return state === 'requested' || state === 'provisioning' || state === 'starting';
}

function refuse(code: CommandRefusal, sentence: string): CommandVerdict {
  return { accepted: false, code, sentence };
}

/** What a client may do with the session now, so that no client repeats the state machine. */
export const capabilities = [
  'connect',
  'start',
  'stop',
  'hibernate',
  'reboot',
  'resize',
  'terminate',
  'create-image',
  'show-password',
  'edit-schedule',
  'keep-alive',
  'share',
] as const;
export type Capability = (typeof capabilities)[number];

/** What the session's situation allows; who asks, and the deployment's settings, may allow less. */
export function capabilitiesOf(context: CommandContext): Capability[] {
  return capabilities.filter((capability) => isPossible(context, capability));
}

function isPossible(context: CommandContext, capability: Capability): boolean {
  const { state, desired, hasInstance } = context;
  const can = (command: Command) => judgeCommand(context, command).accepted;
  switch (capability) {
    case 'connect':
      return state === 'running' && desired === 'running';
    case 'stop':
      return can({ kind: 'stop', mode: 'stop', force: false });
    case 'hibernate':
      return can({ kind: 'stop', mode: 'hibernate', force: false });
    case 'resize':
      return can({ kind: 'resize', instanceType: '' });
    case 'terminate':
      return can({ kind: 'terminate' }) && desired !== 'terminated';
    case 'start':
    case 'reboot':
      return can({ kind: capability });
    case 'create-image':
      return hasInstance && desired !== 'terminated' && ['running', 'stopped', 'hibernated'].includes(state);
    case 'show-password':
      return hasInstance && desired !== 'terminated' && state !== 'terminated';
    case 'edit-schedule':
    case 'share':
      return desired !== 'terminated' && state !== 'terminated';
    case 'keep-alive':
      return desired === 'running' && state !== 'error' && state !== 'terminated';
    default:
      return capability satisfies never;
  }
}
