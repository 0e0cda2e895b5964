import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type {} from './infrastructure.ts';

/** Names on the run's NATS server that no other test file uses. */
export interface TestStream {
  natsUrl: string;
  /** For NATS_STREAM. The stream itself is not made: that is the job of the code under test. */
  streamName: string;
  /** First token of the file's subjects: streams of one server may not overlap. */
  subjectPrefix: string;
}

export function createTestStream(): TestStream {
  const id = randomBytes(5).toString('hex');
  return {
    natsUrl: inject('infrastructure').natsUrl,
    streamName: `TEST_${id.toUpperCase()}`,
    subjectPrefix: `test-${id}`,
  };
}
