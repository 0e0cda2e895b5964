import { isGone, isMassDisappearance } from '../domain/decide-gone.ts';
import { externalReasons } from '../domain/reasons.ts';
import type { Observation, SessionStatus } from '../domain/session-status.ts';
import { after, type LifecycleSettings } from '../domain/settings.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import type { Decide, StatusChange } from './session-store.ts';

/** Makes a change for each of these sessions, where one that fails does not keep the others waiting. */
export type ForEachSession = (ids: string[], change: (id: string) => Promise<void>) => Promise<void>;

/** Records which instances EC2 does not know, and ends the sessions whose machines are gone. */
export async function recordMissing(
  { store, settings, clock, alert }: ReconcilerDeps,
  sessions: SessionStatus[],
  seen: Map<string, Observation>,
  forEachSession: ForEachSession,
): Promise<void> {
  const now = clock.now().toJSDate();
  const missing = sessions.filter(
    (s) => s.instanceId && !seen.has(s.instanceId) && mayConclude(s, now, settings),
  );
  // EC2 forgets what it has terminated: only those that should be there are an alarm.
  const ending = missing.filter(({ state }) => state === 'terminating');
  const vanished = missing.filter(({ state }) => state !== 'terminating');
  const found = sessions.filter((s) => s.missingSince !== null && s.instanceId && seen.has(s.instanceId));
  const isMass = isMassDisappearance(vanished.length, sessions.length);
  if (isMass) {
    const detail = { count: vanished.length, fleet: sessions.length };
    const sentence =
      'too many desktops seem gone at once: check credentials, region and tags; nothing is concluded';
    alert('mass-disappearance', detail, sentence);
  }
  const forget: Decide = () => ({ set: { missingSince: null, missingCount: 0 } });
  await forEachSession(idsOf(found), (id) => store.change('record-found', id, forget));
  await forEachSession(idsOf(isMass ? ending : missing), (id) =>
    store.change('record-missing', id, (status, at) => missed(status, at, settings)),
  );
}

/** EC2's answers lag: that it does not know an instance just after our own call says nothing. */
function mayConclude({ state, calledAt }: SessionStatus, now: Date, settings: LifecycleSettings): boolean {
  const settled = calledAt === null || now >= after(calledAt, { seconds: settings.observationSettleSeconds });
  return settled && state !== 'terminated';
}

function missed(status: SessionStatus, now: Date, settings: LifecycleSettings): StatusChange | null {
  if (!mayConclude(status, now, settings)) return null;
  const set = { missingSince: status.missingSince ?? now, missingCount: status.missingCount + 1 };
  if (!isGone(set, now)) return { set };
  const asked = status.desired === 'terminated';
  return {
    transition: {
      to: 'terminated',
      cause: asked ? status.desiredCause : 'external',
      reason: asked ? null : externalReasons.missing,
    },
    set: { desired: 'terminated' },
  };
}

function idsOf(sessions: SessionStatus[]): string[] {
  return sessions.map(({ sessionId }) => sessionId);
}
