import type { OperatingSystem } from '@deskfleet/contracts';
import type { AwsFailure } from '../domain/reasons.ts';

/** A desktop that runs, and whose host may have to be told who may use it. */
export interface SharedDesktop {
  sessionId: string;
  owner: string;
  ownerIsDisabled: boolean;
  os: OperatingSystem;
  instanceId: string;
  stateSince: Date;
  /** The shares that count, with users who are not disabled. */
  shares: { id: string; user: string; features: string[]; expiresAt: Date }[];
  /** What its host was told last; null: what it was told at its first boot. */
  told: { digest: string; stateSince: Date; appliedAt: Date } | null;
}

/** What a host was told, and by which shares guests may connect from then on. */
export interface ToldPermissions {
  sessionId: string;
  stateSince: Date;
  digest: string;
  shareIds: string[];
  appliedAt: Date;
}

/** What is recorded of the permissions that hosts were told: `session_manager.host_permissions`. */
export interface PermissionStore {
  /** All desktops of which something may have to be told. */
  look(now: Date): Promise<SharedDesktop[]>;
  /**
   * Records that from now on it is not known what the host has been told, before it is told; false when the desktop runs no
   * more. `number` is the push's, as the host keeps it.
   */
  begin(desktop: { sessionId: string; stateSince: Date }, number: Date): Promise<boolean>;
  /** Unless another push has begun since the one whose number is `appliedAt`. */
  record(told: ToldPermissions): Promise<void>;
  /** Nobody is told of sessions that have ended. */
  forgetEnded(): Promise<void>;
}

export interface PermissionHost {
  instanceId: string;
  os: OperatingSystem;
  dcvSessionId: string;
}

export interface HostConnection {
  id: string;
  /** As the DCV server has it. */
  user: string;
}

/** Why a host does not have the permissions that it should have. */
export type PermissionFailure =
  | AwsFailure
  | {
      kind: 'host';
      code: 'silent' | 'failed' | 'overtaken' | 'unreadable' | 'still-connected';
      message: string;
    };

/** Who is connected now. */
export type ConnectionsAnswer = { connections: HostConnection[] } | { failure: PermissionFailure };

/** The desktops' hosts as far as their permissions go. No method throws for what AWS or a host answers. */
export interface PermissionHosts {
  /** Replaces the permission file, unless a file with a higher number came first, and gives it to the DCV session. */
  apply(host: PermissionHost, file: { text: string; number: number }): Promise<ConnectionsAnswer>;
  disconnect(host: PermissionHost, connectionIds: string[]): Promise<ConnectionsAnswer>;
}
