import type { ProblemCode } from '@deskfleet/contracts';

/** One thing that is wrong with a request; `pointer` is a JSON pointer into its body, or a query parameter's name. */
export interface Fault {
  pointer: string;
  detail: string;
  /** Which kind of thing it is, where a request can have several of different kinds. */
  code?: ProblemCode;
}

/** A request that cannot be done, told to the one who made it. Knows no HTTP: the code's status is in contracts. */
export interface Refusal {
  code: ProblemCode;
  /** A sentence for the user that says what to do. */
  detail: string;
  errors?: Fault[];
  /** Seconds after which a retry makes sense. */
  retryAfterSeconds?: number;
}

/** What a use case answers: its value, or why not. */
export type Outcome<Value> = { ok: true; value: Value } | { ok: false; refusal: Refusal };

export function done<Value>(value: Value): Outcome<Value> {
  return { ok: true, value };
}

export function refused(refusal: Refusal): { ok: false; refusal: Refusal } {
  return { ok: false, refusal };
}

/** The one answer for a session that is missing and for one that the caller may not see. */
export const sessionNotFound: Refusal = {
  code: 'not-found',
  detail: 'There is no such session. GET /v1/sessions lists yours.',
};

export const imageNotFound: Refusal = {
  code: 'not-found',
  detail: 'There is no such image. GET /v1/sessions/ID/images lists those of a desktop of yours.',
};

export const invalidCursor: Refusal = {
  code: 'invalid-cursor',
  detail: 'The cursor is not one of ours. Use nextCursor of the page before, or leave it out to start again.',
};

/** A fault that can give the whole answer its code. */
export interface CodedFault extends Fault {
  code: ProblemCode;
}

/** Everything that is wrong at once; the first fault names the problem. @throws Error without one */
export function refusalOfFaults(faults: CodedFault[]): Refusal {
  const [first] = faults;
  if (!first) throw new Error('A refusal needs a fault.');
  return {
    code: first.code,
    detail: faults.length === 1 ? first.detail : `${faults.length} things must be changed: see errors.`,
    errors: faults.map(({ code, pointer, detail }) => ({ code, pointer, detail })),
  };
}
export const keyReused: Refusal = {
  code: 'idempotency-key-reused',
  detail: 'This Idempotency-Key was sent before with another body. Use a new key for a new request.',
};
