import type { Image, ImageState, StateReason } from '@deskfleet/contracts';

/** An image as the store knows it: what was asked for, and how far session-manager says it is. */
export interface ImageRecord {
  id: string;
  sessionId: string;
  /** Owner of the desktop that it is made of. */
  owner: string;
  name: string;
  description: string;
  createdAt: Date;
  softwareStackId: string | null;
  /** Null until session-manager has taken it up. */
  progress: ImageProgress | null;
}

export interface ImageProgress {
  state: ImageState;
  percent: number | null;
  reason: StateReason | null;
  finishedAt: Date | null;
}

/** The image as the API shows it. */
export function describeImage(record: ImageRecord): Image {
  const { progress } = record;
  return {
    id: record.id,
    sessionId: record.sessionId,
    name: record.name,
    description: record.description,
    state: progress?.state ?? 'requested',
    progressPercent: progress?.percent ?? null,
    reason: progress?.reason ?? null,
    softwareStackId: record.softwareStackId,
    createdAt: record.createdAt.toISOString(),
    finishedAt: progress?.finishedAt?.toISOString() ?? null,
  };
}
