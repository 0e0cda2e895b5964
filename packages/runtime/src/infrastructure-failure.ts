// Class 08 connection exception, 57P0x shutdown or start of the server, 53300 too many connections,
// 25006 a failed-over primary that is a standby now (PostgreSQL, Appendix A).
const databaseAway = /^(08\w{3}|57P0[123]|53300|25006)$/;
const networkAway = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);
// pg and pg-pool give these no code.
const driverMessages =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout|Client was closed)/;

/** Whether the database or another server could not be reached: nobody's request is at fault, and later it may work. */
export function isInfrastructureFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (databaseAway.test(code) || networkAway.has(code))) return true;
  if (driverMessages.test(error.message)) return true;
  if (error instanceof AggregateError && error.errors.some(isInfrastructureFailure)) return true;
  return isInfrastructureFailure(error.cause);
}
