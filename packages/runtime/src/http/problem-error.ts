import type { Problem, ProblemCode } from '@deskfleet/contracts';

/** A field of a request that is wrong: a JSON pointer to it and a sentence. */
export type FieldError = NonNullable<Problem['errors']>[number];

export interface ProblemDetails {
  /** Every field that is wrong. */
  errors?: FieldError[];
  /** Headers that the answer must carry, such as `Retry-After`. */
  headers?: Record<string, string>;
  /** For the log only. */
  cause?: unknown;
}

/** Ends a request with a problem+json answer; thrown by HTTP adapters, never by rules. */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly code: ProblemCode;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  /** `detail` is the sentence that the user reads: what is wrong and what to do. */
  constructor(code: ProblemCode, detail: string, { errors, headers = {}, cause }: ProblemDetails = {}) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }
}
