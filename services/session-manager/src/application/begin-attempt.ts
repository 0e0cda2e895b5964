import type { StateReason } from '@deskfleet/contracts';
import { choosePlace, type Place } from '../domain/choose-place.ts';
import { retryDelaySeconds } from '../domain/decide-call-failure.ts';
import { decideExhausted } from '../domain/decide-launch.ts';
import { isAskedByPerson } from '../domain/priority.ts';
import { type AwsFailure, reasonOfFailure } from '../domain/reasons.ts';
import { isSameWish, type SessionStatus } from '../domain/session-status.ts';
import { after } from '../domain/settings.ts';
import { freezeRequest } from './freeze-request.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import type { Decide, LaunchAttempt, LaunchSpec } from './session-store.ts';

/**
 * Prepares a launch and commits its attempt; null when it cannot be prepared, which is recorded, or must not be launched
 * any more.
 */
export async function beginAttempt(
  deps: ReconcilerDeps,
  status: SessionStatus,
): Promise<LaunchAttempt | null> {
  const spec = await deps.store.launchSpec(status.sessionId);
  if (!spec) return null;
  const place = await findPlace(deps, status, spec);
  if (!place) return null;
  const attempt = await beginAttemptAt(deps, spec, place);
  if (!attempt) deps.pools.released(place, deps.monotonic());
  return attempt;
}

async function beginAttemptAt(
  deps: ReconcilerDeps,
  spec: LaunchSpec,
  place: Place,
): Promise<LaunchAttempt | null> {
  const password = spec.os === 'windows' ? await preparePassword(deps, spec.sessionId) : noPassword;
  if (!password) return null;
  const frozen = await freezeRequest(deps, { spec, place, passwordParameter: password.parameter });
  if (!('request' in frozen)) {
    const what = `launch a desktop of type ${place.instanceType}`;
    const record = 'fault' in frozen ? unlaunchable(frozen.fault) : unprepared(deps, frozen.failure, what);
    await deps.store.change('record-unprepared', spec.sessionId, record);
    return null;
  }
  return deps.store.beginAttempt(spec.sessionId, frozen.request);
}

const noPassword = { parameter: null };

/** Null when there is none, which is recorded, or when the session must not be launched any more. */
async function preparePassword(
  deps: ReconcilerDeps,
  sessionId: string,
): Promise<{ parameter: string | null } | null> {
  const prepared = await deps.preparePassword(sessionId);
  if (prepared === null || 'parameter' in prepared) return prepared;
  const what = 'keep the password of this desktop';
  await deps.store.change('record-unprepared', sessionId, unprepared(deps, prepared.failure, what));
  return null;
}

/** The next place to try; null when none is left, which is recorded, or when the next pass will know more. */
async function findPlace(
  deps: ReconcilerDeps,
  status: SessionStatus,
  spec: LaunchSpec,
): Promise<Place | null> {
  const places = await deps.store.launchPlaces(spec);
  const forPerson = isAskedByPerson(status);
  const at = deps.monotonic();
  const choice = choosePlace({
    places,
    outlook: (place) => deps.pools.judge(place, at, { forPerson }),
    random: deps.random(),
  });
  if ('place' in choice) {
    deps.pools.asked(choice.place, at);
    return choice.place;
  }
  if ('waits' in choice) return null;
  await deps.store.change('record-no-place', spec.sessionId, (now, time) => {
    if (now.state !== 'requested' || now.openAttempt || !isSameWish(now, status)) return null;
    const decision = decideExhausted({
      instanceType: spec.instanceType,
      places: choice.exhausted,
      refused: places.refused,
      requestedAt: now.stateSince,
      failedCalls: now.failedCalls,
      now: time,
      random: deps.random(),
      settings: deps.settings,
    });
    const { reason } = decision;
    if (decision.next === 'error') return { transition: { to: 'error', cause: 'reconciler', reason } };
    const failedCalls = now.failedCalls + 1;
    return { set: { reason, failedCalls, retryAt: decision.retryAt, capacityRoundAt: time } };
  });
  return null;
}

/** The launch can never be prepared as it is asked for. */
function unlaunchable(reason: StateReason): Decide {
  return ({ state }) =>
    state === 'requested' ? { transition: { to: 'error', cause: 'reconciler', reason } } : null;
}

/** The launch could not even be prepared: later again if that may pass, else an error. */
function unprepared(deps: ReconcilerDeps, failure: AwsFailure, what: string): Decide {
  return (status, now) => {
    if (status.state !== 'requested') return null;
    const reason = reasonOfFailure(failure, what);
    if (failure.kind !== 'throttled' && failure.kind !== 'unclear') {
      return { transition: { to: 'error', cause: 'reconciler', reason } };
    }
    const failedCalls = status.failedCalls + 1;
    return {
      set: {
        reason,
        failedCalls,
        retryAt: after(now, { seconds: retryDelaySeconds(failedCalls, deps.random()) }),
        deadlineAt: status.deadlineAt ?? after(now, { minutes: deps.settings.requestedTimeoutMinutes }),
      },
    };
  };
}
