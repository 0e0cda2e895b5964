import type { WindowsPassword } from '@deskfleet/contracts';
import { decidePassword, noPassword } from '../domain/decide-password.ts';
import type { AwsFailure } from '../domain/reasons.ts';
import { windowsAccountOf } from '../domain/windows-account.ts';
import type { PasswordStore, Passwords } from './password-ports.ts';

export type PasswordAnswer =
  | { password: WindowsPassword }
  | { refusal: { code: 'not-found' | 'password-unavailable'; sentence: string } }
  | { failure: AwsFailure };

export interface ShowPasswordDeps {
  store: Pick<PasswordStore, 'facts'>;
  passwords: Pick<Passwords, 'get'>;
}

/** The account of a Windows desktop and its password. Who may see it is the caller's to decide, and to record. */
export async function showPassword(
  { store, passwords }: ShowPasswordDeps,
  sessionId: string,
): Promise<PasswordAnswer> {
  const facts = await store.facts(sessionId);
  if (!facts) return { refusal: { code: 'not-found', sentence: 'There is no such desktop.' } };
  const decision = decidePassword(facts);
  if ('unavailable' in decision) return unavailable(decision.unavailable);
  const answer = await passwords.get(decision.parameter);
  if (answer === 'missing') return unavailable(noPassword);
  if ('failure' in answer) return answer;
  return { password: { username: windowsAccountOf(facts.owner), password: answer.password } };
}

function unavailable(sentence: string): PasswordAnswer {
  return { refusal: { code: 'password-unavailable', sentence } };
}
