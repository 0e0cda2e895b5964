import { ConfigError } from '../config/config-error.ts';

/** A service cannot start, for a reason that its operator can mend: the message says which and how. */
export class StartError extends Error {
  override name = 'StartError';
}

/** sysexits.h EX_CONFIG: supervisors need not try again. */
const configExitCode = 78;

/** What an operator is told about a failed start; `known` when a sentence says it all and a stack would only hide it. */
export function explainStartFailure(error: unknown): { sentence: string; exitCode: number; known: boolean } {
  if (error instanceof ConfigError) return { sentence: error.message, exitCode: configExitCode, known: true };
  if (error instanceof StartError) return { sentence: error.message, exitCode: 1, known: true };
  const sentence = sentenceOfSystemError(error);
  return { sentence: sentence ?? 'The service could not start.', exitCode: 1, known: sentence !== null };
}

function sentenceOfSystemError(error: unknown): string | null {
  const { code, port, address, path } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is already in use by another program. Stop it, or choose another port.`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${address}. Set HOST to one that it has, such as 127.0.0.1 or 0.0.0.0.`;
    case 'EACCES':
      return port === undefined
        ? `The file ${path} may not be accessed by this user.`
        : `Port ${port} may not be opened by this user. Ports below 1024 need a privilege; choose a higher one.`;
    case 'ECONNREFUSED':
      return `Nothing answers at ${address}:${port}. Is the server there running?`;
    // PostgreSQL: invalid_password, invalid_authorization_specification, invalid_catalog_name
    case '28P01':
    case '28000':
      return 'The database refuses the user or password in DATABASE_URL.';
    case '3D000':
      return 'The database named in DATABASE_URL does not exist.';
    default:
      return null;
  }
}
