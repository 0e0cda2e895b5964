import type { statusOf } from '../src/adapters/postgres/status-rows.ts';

export const sessionId = '01990000-0000-7000-8000-0000000000aa';

export type Row = Parameters<typeof statusOf>[0];

/** The status row of a session whose launch has not been applied yet. */
export function newRow(now: Date, hibernation: boolean): Row {
  return {
    session_id: sessionId,
    owner: 'alice',
    name: 'cfd',
    os: 'linux',
    state: 'requested',
    state_since: now,
    reason_code: null,
    reason_sentence: null,
    applied_seq: 0,
    desired: 'running',
    desired_cause: 'user:alice',
    correlation_id: null,
    target_observed: false,
    force_stop: false,
    instance_id: null,
    instance_type: 'm7i.large',
    availability_zone: null,
    private_ip: null,
    access_epoch: 1,
    first_boot: true,
    deadline_at: null,
    called_at: null,
    failed_calls: 0,
    retry_at: null,
    missing_since: null,
    missing_count: 0,
    updated_at: now,
    open_attempt_id: null,
    next_try_at: null,
    hibernation,
    hibernation_fallback: 'none',
    subnet_id: null,
    boot_id: null,
    rebooting_from: null,
    reboot_wanted: false,
    resize_to: null,
    capacity_round_at: null,
    expiry_announced_at: null,
    password_parameter: null,
    pending_stop: null,
    start_until: null,
  };
}
