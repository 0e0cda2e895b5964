import { expect, test } from 'vitest';
import { readAuthDocument } from './verify-token.ts';

test.each([
  ['<auth result="yes"><username>alice</username></auth>', { result: 'yes', username: 'alice' }],
  [
    '<auth result="yes"><username>CORP\\a &amp; b</username></auth>',
    { result: 'yes', username: 'CORP\\a & b' },
  ],
  ['<auth result="yes"><username>0042</username></auth>', { result: 'yes', username: '0042' }],
  ['<auth result="no"><message>too late</message></auth>', { result: 'no', message: 'too late' }],
])('%s', (xml, answer) => {
  expect(readAuthDocument(xml)).toEqual(answer);
});

test.each([
  '<auth result="yes"></auth>',
  '<auth result="yes"><username></username></auth>',
  '<auth><username>alice</username></auth>',
  '<auth result="YES"><username>alice</username></auth>',
  '<auth result="yes"><username>alice</username>',
  '{"result":"yes"}',
  '',
])('what is not a clear yes is a no: %s', (xml) => {
  expect(readAuthDocument(xml).result).toBe('no');
});
