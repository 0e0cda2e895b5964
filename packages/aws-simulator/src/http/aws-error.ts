/** A refusal as AWS would give it: the code that clients branch on, a sentence, and the HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = statusOf(code)) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html: client errors are 400 except
// these; server errors are 500 or 503, and a lack of capacity counts as a server error.
const statuses: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  UnauthorizedOperation: 403,
  DryRunOperation: 412,
  InternalError: 500,
  InternalFailure: 500,
  InternalServerError: 500,
  InternalServiceFault: 500,
  InsufficientAddressCapacity: 500,
  InsufficientCapacity: 500,
  InsufficientHostCapacity: 500,
  InsufficientInstanceCapacity: 500,
  InsufficientReservedInstanceCapacity: 500,
  InsufficientVolumeCapacity: 500,
  Unavailable: 503,
  ServiceUnavailable: 503,
  RequestLimitExceeded: 503,
};

/** The HTTP status that AWS sends with an error code. */
export function statusOf(code: string): number {
  return statuses[code] ?? 400;
}
