import type { PasswordFacts } from '../domain/decide-password.ts';
import type { AwsFailure } from '../domain/reasons.ts';

/** Where the passwords of Windows desktops are: SSM Parameter Store. They are in no table, event, log or user data. */
export interface Passwords {
  /** Never overwrites: a host may have fetched what is there. */
  put(parameter: NewPassword): Promise<'put' | 'exists' | { failure: AwsFailure }>;
  get(name: string): Promise<{ password: string } | 'missing' | { failure: AwsFailure }>;
  /** Up to 10 names; those that do not exist are gone as well. */
  delete(names: string[]): Promise<{ gone: string[] } | { failure: AwsFailure }>;
}

export interface NewPassword {
  name: string;
  password: string;
  sessionId: string;
}

/** What must not be guessed. */
export interface Secrets {
  passwordFor(account: string): string;
  /** The random part of a parameter's name. */
  parameterPart(): string;
}

/** What is recorded of passwords: the names of their parameters. */
export interface PasswordStore {
  /**
   * Under the session's lock gives a session that is to be launched this name, unless it has one, and returns the one that
   * it has. Null when it must not be launched any more.
   */
  assign(sessionId: string, name: string): Promise<{ parameter: string; owner: string } | null>;
  facts(sessionId: string): Promise<(PasswordFacts & { owner: string }) | null>;
  /** Names that sessions which ended before then still have. */
  left(endedBefore: Date, limit: number): Promise<string[]>;
  /** These parameters are no more. */
  forget(names: string[]): Promise<void>;
}
