import type { Logger } from '@deskfleet/runtime';

/** How a service proves to NATS who it is. */
export type BusCredentials = { user: string; password: string } | { token: string } | { credsFile: string };

export interface StreamSettings {
  /** Name of the stream; `DESKFLEET` unless told. */
  name?: string;
  /** First tokens of all subjects; `deskfleet.v1` unless told (tests have one each). */
  subjectPrefix?: string;
  /** Copies of the stream in a NATS cluster; 1 unless told. */
  replicas?: number;
  /** Days that events are kept; 30 unless told. */
  maxAgeDays?: number;
}

export interface BusOptions {
  /** `nats://[user:password@]host:port`, several separated by commas or as a list. */
  servers: string | readonly string[];
  /** Name of the connection, shown by NATS's tools. */
  name: string;
  /** Preferred to those in the URL. */
  credentials?: BusCredentials;
  stream?: StreamSettings;
  logger: Logger;
}
