import { capabilitiesOf, type PutOverridesBody, type Session } from '@deskfleet/contracts';
import { type DeploymentPolicy, describeSession } from '../domain/describe-session.ts';
import {
  keptRunningUntil,
  type Overrides,
  overrideFaults,
  overridesAt,
  readOverrides,
} from '../domain/overrides.ts';
import { done, type Outcome, type Refusal, refusalOfFaults, refused } from '../domain/refusal.ts';
import { opensByEndOfPause } from '../domain/schedule-opening.ts';
import { commandContextOf, type SessionRecord } from '../domain/session-record.ts';
import { type ChangeSpecDeps, changeSpec, type SpecRequest } from './change-spec.ts';

export interface OverrideDeps extends ChangeSpecDeps {
  policy: DeploymentPolicy;
}

const namesInEvents = { keepRunningUntil: 'keep-running-until', pauseUntil: 'pause-until' } as const;

/** Sets or removes what overrules the schedule of a session for a while. The end of a pause counts as an open. */
export async function putOverrides(
  deps: OverrideDeps,
  request: SpecRequest & { body: PutOverridesBody },
): Promise<Outcome<Session>> {
  const wanted = readOverrides(request.body);
  const fields = (['keepRunningUntil', 'pauseUntil'] as const).filter((field) => field in wanted);
  const outcome = await changeSpec(deps, request, {
    decide({ scheduling }, { now, about }) {
      const faults = overrideFaults(wanted, now);
      if (faults.length > 0) return refused(refusalOfFaults(faults));
      if (fields.length === 0) return done(null);
      const after: Overrides = { ...scheduling, ...wanted };
      const pause = { before: scheduling.pauseUntil, after: after.pauseUntil };
      const opens = opensByEndOfPause({ schedule: scheduling.schedule, ...pause }, now);
      return done({
        set: { ...wanted, overridesChangedAt: now, ...(opens ? { scheduleOpenedAt: now } : {}) },
        event: {
          type: 'deskfleet.session.schedule-changed.v1',
          data: {
            ...about,
            changed: fields.map((field) => namesInEvents[field]),
            ...overridesAt(after, now),
          },
        },
        action: 'session.change-overrides',
        detail: { ...request.body },
      });
    },
  });
  return shown(deps, request, outcome);
}

/** Keeps a session running for a while: nothing stops it by itself before. */
export async function keepAlive(
  deps: OverrideDeps,
  request: SpecRequest & { minutes: number },
): Promise<Outcome<Session>> {
  const { minutes } = request;
  const outcome = await changeSpec(deps, request, {
    decide(session, { now, about }) {
      if (!capabilitiesOf(commandContextOf(session)).includes('keep-alive')) return refused(notRunning);
      const until = keptRunningUntil(session.scheduling, minutes, now);
      const keepRunningUntil = until.toISOString();
      return done({
        set: { keepRunningUntil: until, overridesChangedAt: now },
        event: {
          type: 'deskfleet.session.keep-alive-requested.v1',
          data: { ...about, minutes, keepRunningUntil },
        },
        action: 'session.keep-alive',
        detail: { minutes, keepRunningUntil },
      });
    },
  });
  return shown(deps, request, outcome);
}

const notRunning: Refusal = {
  code: 'not-running',
  detail: 'This desktop neither runs nor starts, so there is nothing to keep alive. Start it instead.',
};

function shown(
  { policy, now }: OverrideDeps,
  { principal }: SpecRequest,
  outcome: Outcome<SessionRecord>,
): Outcome<Session> {
  const viewing = { viewer: principal, policy, now: now().toJSDate() };
  return outcome.ok ? done(describeSession(outcome.value, viewing)) : outcome;
}
