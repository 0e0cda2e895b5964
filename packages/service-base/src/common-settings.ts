import Type, { type Static } from 'typebox';

const Port = { minimum: 0, maximum: 65_535 };

/** Settings that every service has; `PORT` is each service's own, for its default. */
export const commonSettings = {
  HOST: Type.String({ default: '0.0.0.0', description: 'Address to listen on.', examples: ['127.0.0.1'] }),
  METRICS_PORT: Type.Integer({ ...Port, default: 0, description: 'Port of GET /metrics; 0 turns it off.' }),
  DATABASE_URL: Type.String({
    format: 'url',
    description: "Connection URL of the service's own role",
    examples: ['postgres://deskfleet_api_gateway:PASSWORD@localhost:5432/deskfleet'],
  }),
  DATABASE_POOL_SIZE: Type.Integer({
    minimum: 2,
    maximum: 200,
    default: 10,
    description: 'Database connections at most.',
  }),
  NATS_URL: Type.String({
    description: 'NATS servers, comma-separated',
    examples: ['nats://localhost:4222'],
  }),
  NATS_STREAM: Type.String({
    pattern: '^[A-Za-z0-9_-]+$',
    default: 'DESKFLEET',
    description: 'JetStream stream of the events.',
  }),
  NATS_SUBJECT_PREFIX: Type.String({
    pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$',
    default: 'deskfleet.v1',
    description: 'First tokens of all subjects.',
  }),
  PUBLIC_URL: Type.String({
    format: 'url',
    description: 'Where users reach Deskfleet; part of what events name',
    examples: ['https://desktops.example.org'],
  }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'Least severe log lines to write.',
  }),
};

/** The setting `PORT` with a service's own default. */
export function portSetting(defaultPort: number) {
  return Type.Integer({ ...Port, default: defaultPort, description: 'Port of the HTTP server.' });
}

const CommonSettings = Type.Object(commonSettings);
export type CommonSettings = Readonly<Static<typeof CommonSettings>>;
