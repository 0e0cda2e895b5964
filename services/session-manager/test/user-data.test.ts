import { createHash } from 'node:crypto';
import { hostAccountName } from '@deskfleet/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { userDataLimitBytes } from '../src/adapters/aws/render-user-data.ts';
import type { HostSpec } from '../src/domain/host-spec.ts';
import { Fleet } from './fleet.ts';
import { linuxSpec, render, renderedScript, windowsSpec } from './host-fixture.ts';

const specs: [os: string, spec: HostSpec][] = [
  ['Linux', linuxSpec],
  ['Windows', windowsSpec],
];

/** Text that gzip cannot make smaller than its information. */
function noise(bytes: number): string {
  let text = '';
  for (let block = 0; text.length < bytes; block++) {
    text += createHash('sha512').update(String(block)).digest('base64');
  }
  return text.slice(0, bytes);
}

function bytesOf(spec: HostSpec): number {
  const rendered = render(spec);
  return 'userData' in rendered ? Buffer.from(rendered.userData, 'base64').length : Number.POSITIVE_INFINITY;
}

function valuesIn(script: string): Map<string, string> {
  const assignments = script.matchAll(/^\$?(DESKFLEET_[A-Z_]+) ?= ?'([A-Za-z0-9+/=]*)'$/gm);
  return new Map(
    [...assignments].map(([, name = '', value = '']) => [name, Buffer.from(value, 'base64').toString()]),
  );
}

describe.each(specs)('the user data of a %s host', (_os, spec) => {
  test('leaves at least 3 KiB to a hook script, however little gzip can do with it', () => {
    expect(bytesOf({ ...spec, hookScript: noise(3_072) })).toBeLessThanOrEqual(userDataLimitBytes);
  });

  test('is refused from the first byte too many on, with a sentence that says what to shorten', () => {
    const withHook = (bytes: number) => ({ ...spec, hookScript: noise(bytes) });
    let fits = 0;
    for (let step = 16_384; step >= 1; step /= 2) {
      if (bytesOf(withHook(fits + step)) <= userDataLimitBytes) fits += step;
    }
    expect(bytesOf(withHook(fits))).toBeGreaterThan(userDataLimitBytes - 8);
    expect(render(withHook(fits + 8))).toEqual({
      fault: {
        code: 'user-data-too-large',
        sentence: expect.stringMatching(
          new RegExp(
            `^What .* is \\d{1,2} bytes more than EC2 takes\\. .* hook script \\(${fits + 8} bytes\\)`,
          ),
        ),
      },
    });
  });

  test('is the same for the same spec, so that a launch can be repeated exactly', () => {
    expect(render(spec)).toEqual(render({ ...spec }));
  });

  test('has values as base64 alone on their line, whatever they contain', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.string({ unit: 'binary' }),
        (owner, hook) => {
          const hookScript = hook.replace(/[\ud800-\udfff]/gu, '');
          const script = renderedScript({ ...spec, owner, hookScript, mounts: [] });
          const values = valuesIn(script);
          expect(values.get('DESKFLEET_USER')).toBe(owner);
          expect(values.get('DESKFLEET_HOOK')).toBe(hookScript);
          const account = hostAccountName(owner, { os: spec.os, hostAccounts: 'local' });
          expect(values.get('DESKFLEET_OWNER')).toBe(account);
          const rest = script.replaceAll(/^\$?DESKFLEET_[A-Z_]+ ?= ?'.*'\n/gm, '');
          expect(rest).toBe(renderedScript(spec).replaceAll(/^\$?DESKFLEET_[A-Z_]+ ?= ?'.*'\n/gm, ''));
        },
      ),
      { numRuns: 30 },
    );
  });
});

test('Windows hosts get the name of the password, its autologon and the place for jobs', () => {
  const script = renderedScript(windowsSpec, {
    windowsAutologon: false,
    hpcSubmitUrl: 'https://jobs.example.org/',
  });
  const values = valuesIn(script);
  expect(values.get('DESKFLEET_PASSWORD_PARAMETER')).toBe('/deskfleet/sessions/aa/password');
  expect(values.get('DESKFLEET_AUTOLOGON')).toBe('False');
  expect(values.get('DESKFLEET_HPC_SUBMIT_URL')).toBe('https://jobs.example.org/');
  expect(values.get('DESKFLEET_DCV_SESSION_ID')).toBe('console');
});

test('a desktop whose user data EC2 would not take ends in an error that says so, without an instance', async () => {
  const fleet = await Fleet.open({ DCV_WEB_URL_PATH_TEMPLATE: `/${noise(20_000)}` });
  try {
    const id = await fleet.request('too large');
    expect(await fleet.reaches(id, 'error')).toMatchObject({
      reason_code: 'user-data-too-large',
      instance_id: null,
    });
    expect(await fleet.states(id)).toEqual([]);
  } finally {
    await fleet.close();
  }
});
