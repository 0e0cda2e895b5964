import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { knownSettingNames } from './config/known-settings.ts';

export type { Logger };

export interface LoggerOptions {
  /** Name of the service, on every line. */
  service: string;
  /** A pino level; `info` unless told. */
  level?: string;
  /** Where lines go; standard output unless told. */
  destination?: DestinationStream;
}

const secretNames = [
  'token',
  'authToken',
  'authenticationToken',
  'password',
  'authorization',
  'cookie',
  'secret',
  ...knownSettingNames.filter((name) => name.endsWith('_KEY')),
];

/** Logs JSON lines on standard output, without the values of credentials. Messages are sentences for operators. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
      serializers: { err: serializeError, req: serializeRequest },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** Leaves out `client`: pg hangs the whole connection on the errors of a connection that broke. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { client: _, ...told } = stdSerializers.err(error);
  return told;
}

/** Leaves out headers, and the values of query parameters that carry credentials. */
function serializeRequest(request: { method?: string; url?: string; ip?: string }) {
  return {
    method: request.method,
    url: request.url?.replace(/([?&](?:authToken|token|access_token)=)[^&#]*/gi, '$1[redacted]'),
    remoteAddress: request.ip,
  };
}
