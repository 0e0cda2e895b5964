import { passwordParameterOf } from '../domain/password-parameter.ts';
import type { AwsFailure } from '../domain/reasons.ts';
import { windowsAccountOf } from '../domain/windows-account.ts';
import type { PasswordStore, Passwords, Secrets } from './password-ports.ts';

export interface PreparePasswordDeps {
  store: PasswordStore;
  passwords: Passwords;
  secrets: Secrets;
  clusterId: string;
}

/** Null when the session must not be launched any more. */
export type PreparedPassword = { parameter: string } | { failure: AwsFailure } | null;

/**
 * Sees to it that a Windows host finds its password when it boots, before each launch attempt. The name is committed before
 * anything is put under it, so that whatever a crash leaves is found again, and deleted in the end. Once put, the password
 * stays: who tries again after a crash or a lost answer hears that it exists, and that is as good.
 */
export async function preparePassword(
  { store, passwords, secrets, clusterId }: PreparePasswordDeps,
  sessionId: string,
): Promise<PreparedPassword> {
  const name = passwordParameterOf(clusterId, sessionId, secrets.parameterPart());
  const assigned = await store.assign(sessionId, name);
  if (!assigned) return null;
  const { parameter, owner } = assigned;
  const password = secrets.passwordFor(windowsAccountOf(owner));
  const answer = await passwords.put({ name: parameter, password, sessionId });
  return typeof answer === 'object' ? answer : { parameter };
}
