/** CPU over the last minutes, as CloudWatch has it. */
export type CpuReading =
  | { kind: 'percent'; percent: number }
  /** CloudWatch answered that it has no datapoint. */
  | { kind: 'no-data' }
  /** CloudWatch could not be asked. */
  | { kind: 'unavailable' };

/** What a host says of its DCV session and its GPUs. */
export interface HostReport {
  kind: 'report';
  connections: number;
  /** By the host's own clock, in milliseconds before it answered; negative: in its future. Null: there was none. */
  createdAgo: number | null;
  disconnectedAgo: number | null;
  /** Of the connection that was touched last. Null: nobody is connected, or DCV does not say. */
  interactedAgo: number | null;
  /** The words that `createdAgo` and `disconnectedAgo` were read from: while they stay, nobody has come or gone. */
  accessMark: string;
  gpu: GpuReading;
}

export type GpuReading =
  /** The busiest of all. */
  | { kind: 'percent'; percent: number }
  /** The host has no program that could tell. */
  | { kind: 'no-probe' }
  /** The program did not tell. */
  | { kind: 'failed' };

export type HostReading =
  | HostReport
  /** SSM does not know the host, or its agent is offline. */
  | { kind: 'unreachable' }
  /** It was asked and did not answer in time. */
  | { kind: 'silent' }
  /** It answered something that cannot be believed: cut off, or of another kind. */
  | { kind: 'unreadable' }
  /** DCV on it does not answer. */
  | { kind: 'dcv-down' }
  /** SSM itself could not be asked. */
  | { kind: 'unavailable' };
