import type { FastifyError } from 'fastify';
import { isInfrastructureFailure } from '../infrastructure-failure.ts';
import { describeInvalidFields, type RequestPart, type SchemaError } from './describe-invalid-field.ts';
import { ProblemError } from './problem-error.ts';

/** Long enough for a failover to move on, short enough that people do not leave. */
const retryAfterSeconds = '5';

/** The one place that decides what a client is told about an error. What it does not know is an `internal-error`. */
export function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const { validation, validationContext, statusCode, code } = error as Partial<FastifyError>;
  if (validation) {
    return invalidRequest(
      validation as unknown as SchemaError[],
      (validationContext ?? 'body') as RequestPart,
    );
  }
  if (isInfrastructureFailure(error)) return unavailable(error);
  return fromFastify(code, statusCode, error) ?? internalError(error);
}

function invalidRequest(validation: readonly SchemaError[], part: RequestPart): ProblemError {
  const errors = describeInvalidFields(validation, part);
  const detail =
    errors.length === 1 ? (errors[0]?.detail ?? '') : `${errors.length} things are wrong with the request.`;
  return new ProblemError('invalid-request', detail, { errors });
}

function fromFastify(code: unknown, status: number | undefined, error: unknown): ProblemError | null {
  if (code === 'FST_UNDER_PRESSURE') return unavailable(error);
  switch (status) {
    case 400:
      return malformed(code);
    case 404:
      return new ProblemError('not-found', 'There is nothing at this address.');
    case 413:
      return new ProblemError('body-too-large', 'The body is larger than this address accepts.');
    case 415:
      return new ProblemError(
        'unsupported-media-type',
        'The body must be JSON, with the header Content-Type: application/json.',
      );
    case 429:
      return new ProblemError('too-many-requests', 'Too many requests. Wait a moment and try again.');
    case 503:
      return unavailable(error);
    default:
      return null;
  }
}

function malformed(code: unknown): ProblemError {
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return new ProblemError('malformed-json', 'The body is empty, though Content-Type says that it is JSON.');
  }
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') {
    return new ProblemError('invalid-request', 'The body is not as long as Content-Length says.');
  }
  if (code === 'FST_ERR_BAD_URL') {
    return new ProblemError('invalid-request', 'The address contains an invalid escape sequence.');
  }
  return new ProblemError('malformed-json', 'The body is not valid JSON.');
}

function unavailable(cause: unknown): ProblemError {
  return new ProblemError(
    'service-unavailable',
    'A part of the service cannot be reached at the moment. Try again in a few seconds.',
    { headers: { 'retry-after': retryAfterSeconds }, cause },
  );
}

function internalError(cause: unknown): ProblemError {
  return new ProblemError(
    'internal-error',
    'Something went wrong on our side. Try again; if it stays, give the request id to your administrator.',
    { cause },
  );
}
