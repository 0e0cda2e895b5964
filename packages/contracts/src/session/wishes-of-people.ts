import { type IntentKind, intentKinds, type SessionState } from './session-state.ts';

/**
 * What a person wants of a desktop: that it is up, or that it is off. Whatever a clock or a rule wants gives way to it, so
 * the services that act by themselves all read it from the record by these rules.
 */
export type Wish = 'up' | 'off';

/** The latest thing that a person wanted, and when that was recorded. */
export interface PersonsWish {
  wish: Wish;
  at: Date;
}

/** What an intent wishes; null where it wishes neither. Every intent is a person's, or a program's that acts for one. */
export function wishOfIntent(kind: IntentKind): Wish | null {
  switch (kind) {
    case 'launch':
    case 'start':
    case 'reboot':
      return 'up';
    case 'stop':
      return 'off';
    case 'resize':
    case 'terminate':
      return null;
    default:
      return kind satisfies never;
  }
}

/** The intents that wish something, for queries. */
export const wishfulIntentKinds: readonly IntentKind[] = intentKinds.filter(
  (kind) => wishOfIntent(kind) !== null,
);

const up: readonly SessionState[] = ['provisioning', 'starting', 'running'];
const down: readonly SessionState[] = ['stopping', 'hibernating', 'stopped', 'hibernated'];

/**
 * What somebody wishes who uses EC2's own console, by where the session came from and went to. What follows by itself (a
 * machine that was stopping is stopped) is no other wish.
 */
export const consoleWishes: readonly {
  wish: Wish;
  from: readonly SessionState[];
  to: readonly SessionState[];
}[] = [
  { wish: 'off', from: [...up, 'error'], to: down },
  { wish: 'up', from: [...down, 'error'], to: up },
];

/** The cause of a transition that was made at EC2 itself. */
export const externalCause = 'external';

/** What a recorded transition wishes; null where nobody did it at EC2's console, or where it wishes neither. */
export function wishOfTransition({
  from,
  to,
  cause,
}: {
  from: SessionState | null;
  to: SessionState;
  cause: string;
}): Wish | null {
  if (from === null || cause !== externalCause) return null;
  return consoleWishes.find((each) => each.from.includes(from) && each.to.includes(to))?.wish ?? null;
}

/** The later of two wishes. Intents are ordered by their numbers, transitions by theirs: of each, only the last counts. */
export function laterWish(one: PersonsWish | null, other: PersonsWish | null): PersonsWish | null {
  if (one === null || other === null) return one ?? other;
  return other.at > one.at ? other : one;
}

/**
 * Whether a desktop stays off in the present window of its schedule: the last thing that a person wanted was that it is
 * off, and they wanted it in this window or in the lead before it (`keepOffFrom`).
 */
export function isKeptOff(latest: PersonsWish | null, keepOffFrom: Date): boolean {
  return latest !== null && latest.wish === 'off' && latest.at >= keepOffFrom;
}
