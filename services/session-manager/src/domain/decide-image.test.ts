import { describe, expect, test } from 'vitest';
import { decideImageProgress, decideImageStep, isAskedAgain } from './decide-image.ts';
import { imageRequestOf } from './image-request.ts';
import type { ImageObservation, ImageStatus } from './image-status.ts';
import type { AwsFailureKind } from './reasons.ts';

const now = new Date('2026-11-22T10:00:00Z');
const settings = { timeoutHours: 12 };
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const running: NonNullable<ImageStatus['session']> = {
  name: 'desk',
  state: 'running',
  desired: 'running',
  instanceId: 'i-1',
};
const asked: ImageStatus = {
  id: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2bff',
  sessionId: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10',
  name: 'CFD tools',
  description: '',
  state: 'requested',
  amiId: null,
  calledAt: null,
  failedCalls: 0,
  missingSince: null,
  startedAt: ago(1),
  session: running,
};
const gone = { ...running, state: 'terminated', desired: 'terminated', instanceId: null } as const;

describe('an image that was asked for', () => {
  test.each<[string, Partial<ImageStatus>, string]>([
    ['of a running desktop is asked for at EC2', {}, 'ask'],
    ['of a stopped one too', { session: { ...running, state: 'stopped', desired: 'stopped' } }, 'ask'],
    ['of one that is stopping meanwhile too', { session: { ...running, state: 'stopping' } }, 'ask'],
    [
      'of one whose machine is only starting waits',
      { session: { ...running, state: 'provisioning' } },
      'wait',
    ],
    ['of a desktop that is gone fails', { session: gone }, 'fail'],
    ['of one that is to be terminated fails', { session: { ...running, desired: 'terminated' } }, 'fail'],
    ['of one that has lost its machine fails', { session: { ...running, instanceId: null } }, 'fail'],
    ['of a desktop that nobody knows fails', { session: null }, 'fail'],
    ['that may exist is waited for, though the desktop is gone', { session: gone, calledAt: ago(9) }, 'wait'],
    ['that EC2 has not shown for long after the call fails', { session: gone, calledAt: ago(11) }, 'fail'],
    ['for too long is given up', { startedAt: ago(12 * 60) }, 'give-up-late'],
  ])('%s', (_what, change, expected) => {
    expect(decideImageStep({ ...asked, ...change }, now, settings).step.do).toBe(expected);
  });

  test('is looked up first once it may have been made', () => {
    expect(decideImageStep(asked, now, settings).lookUpFirst).toBe(false);
    expect(decideImageStep({ ...asked, calledAt: ago(1) }, now, settings).lookUpFirst).toBe(true);
  });
});

describe('a refused CreateImage', () => {
  const again = (kind: AwsFailureKind, change: Partial<ImageStatus> = {}) =>
    isAskedAgain({ kind, code: 'X', message: '' }, { ...asked, ...change });

  test.each(['throttled', 'unclear', 'incorrect-state', 'not-found'] as const)(
    '%s passes, however often it comes',
    (kind) => {
      expect(again(kind, { failedCalls: 1000 })).toBe(true);
    },
  );

  test.each(['limit', 'unauthorized'] as const)('%s is tried eight times', (kind) => {
    expect(again(kind, { failedCalls: 6 })).toBe(true);
    expect(again(kind, { failedCalls: 7 })).toBe(false);
  });

  test('invalid is final, unless an earlier call may have made the image', () => {
    expect(again('invalid')).toBe(false);
    expect(again('invalid', { calledAt: ago(1) })).toBe(true);
    expect(again('invalid', { calledAt: ago(9), failedCalls: 7 })).toBe(false);
  });
});

describe('what EC2 says of an accepted image', () => {
  const pending: ImageStatus = { ...asked, state: 'pending', amiId: 'ami-1' };
  const seen = (state: ImageObservation['state'], failure: string | null = null): ImageObservation => ({
    amiId: 'ami-1',
    state,
    failure,
    rootVolumeGiB: 50,
  });
  const late = { startedAt: ago(12 * 60) };

  test.each<[string, Partial<ImageStatus>, ImageObservation | undefined, string]>([
    ['it is being copied', {}, seen('pending'), 'pending'],
    ['it is available', {}, seen('available'), 'available'],
    ['it is available, if late', late, seen('available'), 'available'],
    ['it has failed', {}, seen('failed', 'Server.InternalError'), 'failed'],
    ['it is not shown, which may be lag', {}, undefined, 'missing'],
    ['it has not been shown for nine minutes', { missingSince: ago(9) }, undefined, 'missing'],
    ['it has not been shown for ten minutes', { missingSince: ago(10) }, undefined, 'failed'],
    ['it is still being copied after twelve hours', late, seen('pending'), 'overdue'],
  ])('%s', (_what, change, observation, expected) => {
    expect(decideImageProgress({ ...pending, ...change }, observation, now, settings).is).toBe(expected);
  });

  test('why it has failed is told in EC2’s words', () => {
    const progress = decideImageProgress(pending, seen('failed', 'disk is odd'), now, settings);
    expect(progress).toMatchObject({
      reason: { code: 'image-failed', sentence: expect.stringContaining('disk is odd') },
    });
  });
});

describe('what is asked of EC2', () => {
  test('is named by the image’s id and tagged with what it belongs to', () => {
    expect(imageRequestOf(asked, 'prod')).toEqual({
      name: `deskfleet-${asked.id}`,
      description: 'CFD tools, made of the desktop desk',
      instanceId: 'i-1',
      tags: {
        Name: 'prod-CFD tools',
        'deskfleet:cluster': 'prod',
        'deskfleet:session': asked.sessionId,
        'deskfleet:image': asked.id,
      },
    });
  });

  test('has a description that EC2 takes, whatever a user wrote', () => {
    const { description } = imageRequestOf({ ...asked, description: `Für Strömung ${'x'.repeat(300)}` }, 'p');
    expect(description).toMatch(/^F\?r Str\?mung x+$/);
    expect(description).toHaveLength(255);
  });
});
