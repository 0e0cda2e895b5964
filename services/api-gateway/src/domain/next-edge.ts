import { nextTransition, type Schedule, type Transition } from '@deskfleet/contracts';

interface Answer {
  askedAt: Date;
  next: Transition | null;
}

const answers = new WeakMap<Schedule, Answer>();

/** `nextTransition`, found once for all sessions of a list that share a schedule: it stays the next until it has come. */
export function nextEdge(schedule: Schedule, now: Date): Transition | null {
  const known = answers.get(schedule);
  if (known && known.askedAt <= now && (known.next === null || now < known.next.at)) return known.next;
  const next = nextTransition(schedule, now);
  answers.set(schedule, { askedAt: now, next });
  return next;
}
