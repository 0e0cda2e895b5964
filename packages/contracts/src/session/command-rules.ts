import type { DesiredState, IntentKind, SessionState } from './session-state.ts';

/** What is known of a session when a command on it is judged. */
export interface CommandContext {
  state: SessionState;
  /** What the session's latest intent wants, applied or not. */
  desired: DesiredState;
  /** Whether an EC2 instance belongs to the session. */
  hasInstance: boolean;
}

export type Command = { kind: Exclude<IntentKind, 'launch'>; force: boolean };

export type CommandVerdict = { accepted: true } | { accepted: false; code: CommandRefusal; sentence: string };

export type CommandRefusal =
  | 'already-running'
  | 'already-starting'
  | 'already-stopped'
  | 'already-stopping'
  | 'no-instance'
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
  switch (command.kind) {
    case 'terminate':
      return { accepted: true };
    case 'start':
      return context.desired === 'terminated' ? terminating() : judgeStart(context);
    case 'stop':
      return context.desired === 'terminated' ? terminating() : judgeStop(context, command.force);
    default:
      return command.kind satisfies never;
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
  if (state === 'stopping' && wantsToRun) {
    return refuse(
      'already-starting',
      'This desktop is stopping and will start again as soon as it has stopped.',
    );
  }
  return { accepted: true };
}

function judgeStop({ state, desired, hasInstance }: CommandContext, force: boolean): CommandVerdict {
  const wantsToStop = desired === 'stopped';
  if (state === 'stopped' && wantsToStop) {
    return refuse('already-stopped', 'This desktop is already stopped.');
  }
  if (state === 'error' && !hasInstance) {
    return refuse(
      'no-instance',
      'This desktop never got a machine, so there is nothing to stop. Start or delete it.',
    );
  }
  if (wantsToStop && state !== 'error' && !force) {
    return refuse('already-stopping', 'This desktop is already on its way to stopped.');
  }
  return { accepted: true };
}

function isOnItsWayUp(state: SessionState): boolean {
  return state === 'requested' || state === 'provisioning' || state === 'starting';
}

function terminating(): CommandVerdict {
  return refuse('session-terminating', 'This desktop is being terminated and cannot be used any more.');
}

function refuse(code: CommandRefusal, sentence: string): CommandVerdict {
  return { accepted: false, code, sentence };
}

/** What a client may do with the session now, so that no client repeats the state machine. */
export const capabilities = ['connect', 'start', 'stop', 'terminate'] as const;
export type Capability = (typeof capabilities)[number];

export function capabilitiesOf(context: CommandContext): Capability[] {
  const can = (kind: Command['kind']) => judgeCommand(context, { kind, force: false }).accepted;
  return capabilities.filter((capability) =>
    capability === 'connect'
      ? context.state === 'running' && context.desired === 'running'
      : capability === 'terminate'
        ? can('terminate') && context.desired !== 'terminated'
        : can(capability),
  );
}
