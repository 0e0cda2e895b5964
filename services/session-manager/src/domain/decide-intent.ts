import {
  type Command,
  type CommandContext,
  type DesiredState,
  type IntentArguments,
  type IntentKind,
  judgeCommand,
  type SessionState,
  type StateReason,
  targetOf,
} from '@deskfleet/contracts';

export interface Intent {
  seq: number;
  kind: IntentKind;
  args: IntentArguments;
  cause: string;
}

/** What an intent is judged on. */
export type IntentFacts = CommandContext;

export type IntentDecision =
  | {
      outcome: 'applied';
      desired: DesiredState;
      /** The state that the session enters at once: a retry out of `error`. */
      enter: SessionState | null;
      /** Tokens that were issued before are void. */
      endsAccess: boolean;
    }
  | { outcome: 'rejected'; reason: StateReason };

/**
 * What an intent does to a session. The gateway has accepted it, but the situation may have changed since: then the
 * intent is rejected, and the owner hears of it.
 */
export function decideIntent(facts: IntentFacts, { kind, args }: Intent): IntentDecision {
  if (kind === 'launch') {
    return { outcome: 'applied', desired: 'running', enter: null, endsAccess: false };
  }
  const verdict = judgeCommand(facts, commandOf(kind, args));
  if (!verdict.accepted) {
    return { outcome: 'rejected', reason: { code: verdict.code, sentence: verdict.sentence } };
  }
  return {
    outcome: 'applied',
    desired: targetOf(kind, args),
    enter: kind === 'start' && facts.state === 'error' ? retryState(facts.hasInstance) : null,
    endsAccess: kind === 'stop' || kind === 'reboot' || kind === 'terminate',
  };
}

function commandOf(kind: Command['kind'], args: IntentArguments): Command {
  const { mode = 'stop', force = false, instanceType = '' } = args;
  switch (kind) {
    case 'stop':
      return { kind, mode, force };
    case 'resize':
      return { kind, instanceType };
    case 'start':
    case 'reboot':
    case 'terminate':
      return { kind };
    default:
      return kind satisfies never;
  }
}

/** With a machine, the retry looks at what EC2 makes of it; without one, it launches anew. */
function retryState(hasInstance: boolean): SessionState {
  return hasInstance ? 'provisioning' : 'requested';
}
