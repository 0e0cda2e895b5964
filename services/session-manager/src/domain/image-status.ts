import type { DesiredState, SessionState } from '@deskfleet/contracts';

/** An image that is not finished: what was asked for, how far it is, and the desktop that it is made of. */
export interface ImageStatus {
  id: string;
  sessionId: string;
  name: string;
  description: string;
  state: 'requested' | 'pending';
  /** Null until EC2 has accepted it. */
  amiId: string | null;
  /** When CreateImage was last called, whatever came of it: from then on there may be an image at EC2. */
  calledAt: Date | null;
  failedCalls: number;
  missingSince: Date | null;
  startedAt: Date;
  /** What the desktop is now; null if session-manager knows of none. */
  session: { name: string; state: SessionState; desired: DesiredState; instanceId: string | null } | null;
}

/** What EC2 says of an image. */
export interface ImageObservation {
  amiId: string;
  state: 'pending' | 'available' | 'failed';
  /** EC2's own words for why it has failed. */
  failure: string | null;
  rootVolumeGiB: number | null;
}
