import type { UpdateSessionBody } from '@deskfleet/contracts';
import { type DeploymentPolicy, describeSession } from '../domain/describe-session.ts';
import { done, type Outcome, type Refusal, refused } from '../domain/refusal.ts';
import { type SessionRecord, versionOf } from '../domain/session-record.ts';
import { type ChangeSpecDeps, changeSpec, type SpecRequest } from './change-spec.ts';
import type { VersionedSession } from './read-sessions.ts';
import type { SpecFields } from './spec-store.ts';

export interface SettingsDeps extends ChangeSpecDeps {
  policy: DeploymentPolicy;
}

/** Changes the name of a session, or what happens when its hours close. A change that changes nothing is none. */
export async function updateSession(
  deps: SettingsDeps,
  request: SpecRequest & { body: UpdateSessionBody; seen: string[] | null },
): Promise<Outcome<VersionedSession>> {
  const { principal, body, seen } = request;
  const outcome = await changeSpec(deps, request, {
    renames: body.name !== undefined,
    precondition: { seen, versionOf },
    async decide(session, { about, step }) {
      const set = changesOf(session, body, principal.name);
      if (Object.keys(set).length === 0) return done(null);
      if (set.name !== undefined && (await step.isNameTaken(set.name))) {
        return refused(nameTaken(set.name));
      }
      const { name = session.name, stopAtClose = session.scheduling.stopAtClose } = set;
      return done({
        set,
        event: { type: 'deskfleet.session.settings-changed.v1', data: { ...about, name, stopAtClose } },
        action: 'session.change-settings',
        detail: { ...body },
      });
    },
  });
  if (!outcome.ok) return outcome;
  const viewing = { viewer: principal, policy: deps.policy, now: deps.now().toJSDate() };
  return done({ session: describeSession(outcome.value, viewing), version: versionOf(outcome.value) });
}

function changesOf({ name, scheduling }: SessionRecord, body: UpdateSessionBody, caller: string): SpecFields {
  const { stopAtClose } = body;
  const stopAtCloseBy = stopAtClose === null ? null : caller;
  const isSame =
    stopAtClose === undefined ||
    (stopAtClose === scheduling.stopAtClose && stopAtCloseBy === scheduling.stopAtCloseBy);
  return {
    ...(body.name === undefined || body.name === name ? {} : { name: body.name }),
    ...(isSame ? {} : { stopAtClose, stopAtCloseBy }),
  };
}

function nameTaken(name: string): Refusal {
  const detail = `Another desktop of this owner is named ${name}. Choose another name, or delete that desktop.`;
  return { code: 'name-taken', detail, errors: [{ pointer: '/name', detail }] };
}
