import type { StateReason } from '@deskfleet/contracts';

/** Why there is no image, as its requester is told. */
export const imageReasons = {
  instanceGone: {
    code: 'instance-gone',
    sentence: 'The desktop was deleted before AWS had begun to copy its disk, so there is no image of it.',
  },
  gone: {
    code: 'image-removed',
    sentence: 'The image was removed at AWS before it was finished.',
  },
  failed: (why: string | null): StateReason => ({
    code: 'image-failed',
    sentence: `AWS could not make the image (${why ?? 'no reason given'}). Try again, or ask your administrator.`,
  }),
  timeout: (hours: number): StateReason => ({
    code: 'image-timeout',
    sentence: `AWS did not finish the image within ${hours} hours. Try again, or ask your administrator.`,
  }),
} as const;
