import Type, { type Static } from 'typebox';

/** Every state a session can be in (docs/glossary.md, "session state"). */
export const sessionStates = [
  'requested',
  'provisioning',
  'starting',
  'running',
  'stopping',
  'stopped',
  'hibernating',
  'hibernated',
  'resizing',
  'terminating',
  'terminated',
  'error',
] as const;
export type SessionState = (typeof sessionStates)[number];
export const SessionStateSchema = Type.Enum([...sessionStates]);

/** What the last applied intent wants the session to be. */
export const desiredStates = ['running', 'stopped', 'hibernated', 'terminated'] as const;
export type DesiredState = (typeof desiredStates)[number];

/** What a person or a program can ask of a session; the first intent of every session is `launch`. */
export const intentKinds = ['launch', 'start', 'stop', 'reboot', 'resize', 'terminate'] as const;
export type IntentKind = (typeof intentKinds)[number];
export const IntentKindSchema = Type.Enum([...intentKinds]);

export const operatingSystems = ['linux', 'windows'] as const;
export type OperatingSystem = (typeof operatingSystems)[number];
export const OperatingSystemSchema = Type.Enum([...operatingSystems]);

/** How DCV shows the desktop: on the host's console, or on a virtual display. `default` lets the host decide. */
export const sessionTypes = ['default', 'console', 'virtual'] as const;
export type SessionType = (typeof sessionTypes)[number];
export const SessionTypeSchema = Type.Enum([...sessionTypes]);

/** Why a session is in its state: a stable code and a sentence that its owner understands. */
export const StateReasonSchema = Type.Object({
  code: Type.String({ examples: ['no-capacity'] }),
  sentence: Type.String({
    examples: ['AWS has no m7i.large free in us-east-1a right now. Try again later.'],
  }),
});
export type StateReason = Static<typeof StateReasonSchema>;

/** How a desktop is stopped: `hibernate` keeps what is in memory on the root volume. */
export const stopModes = ['stop', 'hibernate'] as const;
export type StopMode = (typeof stopModes)[number];
export const StopModeSchema = Type.Enum([...stopModes]);

/** What an intent says beyond its kind: `mode` and `force` of a stop, the new type of a resize. */
export interface IntentArguments {
  mode?: StopMode;
  force?: boolean;
  instanceType?: string;
}

/** The state that an intent leads to. */
export function targetOf(
  kind: IntentKind,
  { mode = 'stop' }: Pick<IntentArguments, 'mode'> = {},
): DesiredState {
  switch (kind) {
    case 'launch':
    case 'start':
    case 'reboot':
      return 'running';
    case 'stop':
      return mode === 'hibernate' ? 'hibernated' : 'stopped';
    // Only a stopped desktop is resized, and it stays stopped.
    case 'resize':
      return 'stopped';
    case 'terminate':
      return 'terminated';
    default:
      return kind satisfies never;
  }
}

/** The id under which the DCV server on the host knows the session (DCV Administrator Guide: Windows has `console` only). */
export function dcvSessionIdOf(sessionId: string, os: OperatingSystem): string {
  return os === 'windows' ? 'console' : sessionId;
}
