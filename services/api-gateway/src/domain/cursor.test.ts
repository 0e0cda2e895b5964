import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { parsePosition } from './stream-position.ts';

const id = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10';

test('a cursor names the key that it was made of', () => {
  expect(decodeCursor('s', encodeCursor('s', id))).toBe(id);
  const place = '1795938000123456.t.00000000000000000012';
  expect(decodeCursor('h', encodeCursor('h', place))).toBe(place);
  expect(decodeCursor('u', encodeCursor('u', 'zoë@example.org'))).toBe('zoë@example.org');
  expect(decodeCursor('i', encodeCursor('i', id))).toBe(id);
});

test.each([
  ['empty', ''],
  ['not base64', '%%%'],
  ['of another list', encodeCursor('h', `1.a.${id}`)],
  ['with a key of another shape', encodeCursor('s', "' or 1=1")],
  ['with padding of its own', `${encodeCursor('s', id)}=`],
])('a cursor that is %s is none', (_what, cursor) => {
  expect(decodeCursor('s', cursor)).toBeNull();
});

test.each(['', '5', 'a:b', 'a:-1', 'a:1:2', ':1', 'a b:1', `a:${'9'.repeat(20)}`])(
  '"%s" is no position',
  (text) => {
    expect(parsePosition(text)).toBeNull();
  },
);
