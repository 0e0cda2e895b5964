import { expect, test } from 'vitest';
import { permits } from './permission-file.ts';

const file = `# who may do what
[aliases]
bob allow display
[permissions]
%owner% allow builtin
bob allow display mouse  # and no more
carol disallow display
carol allow display
dave allow display
dave disallow display
CORP\\erin allow builtin
%any% deny file-download
`;
const may = (username: string, feature: string, platform: 'linux' | 'windows' = 'linux') =>
  permits(file, { username, owner: 'alice', platform }, feature);

test.each([
  ['the owner may do everything', 'alice', 'webcam', true],
  ['but what is denied to everybody', 'alice', 'file-download', false],
  ['a guest may do what a rule says', 'bob', 'mouse', true],
  ['and nothing else', 'bob', 'keyboard', false],
  ['a later rule overrides a disallow', 'carol', 'display', true],
  ['and a disallow an earlier rule', 'dave', 'display', false],
  ['a stranger may do nothing', 'frank', 'display', false],
  ['Linux tells letters apart', 'Bob', 'display', false],
])('%s', (_, username, feature, expected) => {
  expect(may(username, feature)).toBe(expected);
});

test('Windows has names in any case, with a domain or without', () => {
  expect([may('BOB', 'display', 'windows'), may('erin', 'webcam', 'windows')]).toEqual([true, true]);
});
