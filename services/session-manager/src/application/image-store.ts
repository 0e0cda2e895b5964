import type { StateReason } from '@deskfleet/contracts';
import type { ImageStatus } from '../domain/image-status.ts';

/** What is recorded of an image that is not finished; what is left out stays. */
export interface ImageChange {
  state?: 'pending' | 'available' | 'failed';
  amiId?: string;
  progressPercent?: number;
  minRootVolumeGiB?: number | null;
  /** Why it has failed, or why it is not further yet. */
  reason?: StateReason | null;
  failedCalls?: number;
  missingSince?: Date | null;
  nextLookAt?: Date;
}

/** The images in Postgres. Each change is one transaction with the event that tells of it. */
export interface ImageStore {
  /** Begins with what was asked for and has not been taken up; done twice, it changes nothing. */
  takeUp(now: Date): Promise<void>;
  /** Those that are not finished, and may be looked at now. */
  due(now: Date): Promise<ImageStatus[]>;
  /** Records that CreateImage is about to be called; false when the image is not waiting for that any more. */
  beginCall(id: string, now: Date): Promise<boolean>;
  /** A finished image does not change any more. */
  change(id: string, change: ImageChange, now: Date): Promise<void>;
}
