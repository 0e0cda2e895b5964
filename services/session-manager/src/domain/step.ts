import type { DesiredState, SessionState, StateReason } from '@deskfleet/contracts';
import type { PowerCall } from './decide-call-failure.ts';

/** What to do next about a session: at most one thing at a time, each with its reason. */
export type Step =
  | { do: 'nothing' }
  | { do: 'launch' }
  | PowerStep
  /** Give the stopped machine the wanted instance type. */
  | { do: 'resize' }
  | { do: 'probe' }
  /**
   * EC2 is where the last intent wants it: from now on another state there is somebody else's doing. What it is wanted to be is what it is: a machine that is
   * stopped is at rest for one that should hibernate, too.
   */
  | { do: 'confirm'; desired: DesiredState }
  /** The start that the schedule wanted has not come about while its window was open. */
  | { do: 'withdraw-start' }
  /** Tell the owner that EC2 will not keep a hibernated desktop for much longer. */
  | { do: 'announce-expiry'; resumableUntil: Date }
  | Transition;

export interface PowerStep {
  do: PowerCall;
  /** Who or what, where nobody asked for it. */
  cause?: string;
  reason?: StateReason;
}

export interface Transition {
  do: 'transition';
  to: SessionState;
  /** Who or what; the cause of the last intent unless told. */
  cause?: string;
  reason?: StateReason;
  /** EC2 was changed, not by an intent: the wanted state follows. */
  external?: boolean;
  /** What is wanted from now on, where that cannot be what the last intent wanted. */
  desired?: DesiredState;
  /** The machine is no more, and a retry needs a new one. */
  dropsInstance?: boolean;
  /** How a resize has ended. */
  resize?: 'done' | 'failed';
}

export const nothing: Step = { do: 'nothing' };
