import { expect, it } from 'vitest';
import { judgeStream } from './judge-stream.ts';

const stream = { created: 'monday', firstSequence: 1, lastSequence: 10 };
const remembered = { created: 'monday', lastSequence: 8 };

it.each([
  ['never seen before', null, 'unknown', 'first-seen'],
  ['holding what it acknowledged', remembered, 'ours', 'same'],
  ['whose old messages have aged out', remembered, 'unknown', 'same'],
  ['made at another time', { ...remembered, created: 'sunday' }, 'ours', 'recreated'],
  ['shorter than what it acknowledged', { ...remembered, lastSequence: 11 }, 'unknown', 'behind'],
  ['that gave our sequence to somebody else', remembered, 'foreign', 'behind'],
] as const)('a stream %s is told from the others', (_name, memory, owner, verdict) => {
  expect(judgeStream(memory, stream, owner)).toBe(verdict);
});
