import type { ProblemCode } from '../problems/problem-codes.ts';

/** One thing that keeps a schedule from being used; `pointer` is a JSON pointer within it. */
export interface ScheduleFault {
  pointer: string;
  code: ProblemCode;
  /** A sentence for the user that says what to do. */
  detail: string;
}
