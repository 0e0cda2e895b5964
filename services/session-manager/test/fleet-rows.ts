import type { DesiredState, SessionState } from '@deskfleet/contracts';

/** The base software stacks. */
export const stacks = {
  linux: '01990000-0000-7000-8000-000000000011',
  windows: '01990000-0000-7000-8000-000000000012',
};

/** The subnets of the simulator's network, one a zone. */
export const subnets = {
  a: 'subnet-0de5cf1ee7000000a',
  b: 'subnet-0de5cf1ee7000000b',
  c: 'subnet-0de5cf1ee7000000c',
};

export interface StatusRow {
  state: SessionState;
  state_since: Date;
  desired: DesiredState;
  desired_cause: string;
  reason_code: string | null;
  instance_id: string | null;
  availability_zone: string | null;
  access_epoch: number;
  instance_type: string;
  reason_sentence: string | null;
  boot_id: string | null;
  applied_seq: number;
  correlation_id: string | null;
  pending_stop: object | null;
}

/** What differs from a plain desktop. */
export interface RequestOptions {
  os?: 'linux' | 'windows';
  instanceType?: string;
  hibernation?: boolean;
  subnetId?: string;
}

export interface Instance {
  instanceId: string;
  state: string;
  zone: string;
  tags: Record<string, string>;
}
