import { expect, test } from 'vitest';
import { decidePassword, type PasswordFacts } from './decide-password.ts';

const shown: PasswordFacts = { os: 'windows', state: 'running', instanceId: 'i-1', parameter: '/p' };

test.each<[why: string, change: Partial<PasswordFacts>, unavailable: RegExp | null]>([
  ['a running Windows desktop', {}, null],
  ['a stopped one', { state: 'stopped' }, null],
  ['one in error, to look what is wrong', { state: 'error' }, null],
  ['a Linux desktop', { os: 'linux', parameter: null }, /Only Windows/],
  [
    'one that session-manager has not seen',
    { state: null, instanceId: null, parameter: null },
    /not been launched/,
  ],
  ['one that is being launched', { state: 'requested', instanceId: null }, /not been launched/],
  ['a terminated one whose parameter is still there', { state: 'terminated' }, /has been terminated/],
  ['one of before passwords were kept', { parameter: null }, /No password is kept/],
])('the password of %s', (_why, change, unavailable) => {
  const decision = decidePassword({ ...shown, ...change });
  if (unavailable === null) expect(decision).toEqual({ parameter: '/p' });
  else expect(decision).toEqual({ unavailable: expect.stringMatching(unavailable) });
});
