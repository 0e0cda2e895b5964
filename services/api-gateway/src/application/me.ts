import { type Me, type UpdateMeBody, whyNoTimeZone } from '@deskfleet/contracts';
import type { Principal } from '../domain/principal.ts';
import { done, type Outcome, refusalOfFaults, refused } from '../domain/refusal.ts';
import type { UserDirectory } from './ports.ts';

/** Who the caller is, and what they have said of themselves. */
export async function readMe(users: UserDirectory, principal: Principal): Promise<Me> {
  return describe(principal, await users.readTimezone(principal.name));
}

/** Keeps the caller's time zone; desktops that they have keep the schedules that they have. */
export async function updateMe(
  users: UserDirectory,
  principal: Principal,
  { timezone }: UpdateMeBody,
): Promise<Outcome<Me>> {
  if (timezone === undefined) return done(await readMe(users, principal));
  const detail = timezone === null ? null : whyNoTimeZone(timezone);
  if (detail !== null) {
    return refused(refusalOfFaults([{ code: 'unknown-timezone', pointer: '/timezone', detail }]));
  }
  await users.keepTimezone(principal.name, timezone);
  return done(describe(principal, timezone));
}

function describe({ name, displayName, administrator }: Principal, timezone: string | null): Me {
  return { name, displayName, administrator, timezone };
}
