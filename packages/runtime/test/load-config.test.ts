import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../src/index.ts';

const schema = Type.Object({
  PORT: Type.Integer({ minimum: 1, maximum: 65535, default: 8080 }),
  HOURS: Type.Number({ minimum: 0, default: 1, examples: [0.5] }),
  AUTOLOGON: Type.Boolean({ default: true }),
  LISTED: Type.Array(Type.String(), { default: ['metal'] }),
  AMI: Type.Optional(Type.Object({ graphics: Type.Record(Type.String(), Type.String()) })),
  MODE: Type.Union([Type.Literal('direct'), Type.Literal('path')], { default: 'direct' }),
  TIMEZONE: Type.String({ format: 'time-zone', default: 'UTC', examples: ['Europe/Berlin'] }),
  ISSUER: Type.String({
    format: 'url',
    description: 'Who signs tokens.',
    examples: ['https://idp.example.com'],
  }),
  TOKEN_KEY: Type.Optional(Type.String({ format: 'key-256', aliases: ['SOCA_TOKEN_KEY'] })),
});
const issuer = { ISSUER: 'http://localhost:9000/oidc' };
const load = (env: Record<string, string>) => loadConfig(schema, env, { service: 'test' });
const key = Buffer.alloc(32, 7).toString('base64');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deskfleet-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a setting', () => {
  it.each([
    [{ PORT: '81' }, { PORT: 81 }],
    [{ HOURS: '0.01' }, { HOURS: 0.01 }],
    [{ AUTOLOGON: 'False' }, { AUTOLOGON: false }],
    [{ AUTOLOGON: 'true' }, { AUTOLOGON: true }],
    [{ AUTOLOGON: '0' }, { AUTOLOGON: false }],
    [{ AUTOLOGON: 'yes' }, { AUTOLOGON: true }],
    [{ LISTED: 'metal, nano,,p3' }, { LISTED: ['metal', 'nano', 'p3'] }],
    [{ LISTED: '' }, { LISTED: ['metal'] }],
    [{ AMI: '{"graphics": {"us-east-1": "ami-1"}}' }, { AMI: { graphics: { 'us-east-1': 'ami-1' } } }],
    [{ MODE: 'path' }, { MODE: 'path' }],
    [{ TIMEZONE: 'America/New_York' }, { TIMEZONE: 'America/New_York' }],
    [{ TOKEN_KEY: key }, { TOKEN_KEY: key }],
    [{ SOCA_TOKEN_KEY: key }, { TOKEN_KEY: key }],
    [{}, { PORT: 8080, HOURS: 1, AUTOLOGON: true, MODE: 'direct', TIMEZONE: 'UTC' }],
  ])('%o is read as %o', (env, expected) => {
    expect(load({ ...issuer, ...(env as Record<string, string>) }).config).toMatchObject(expected);
  });

  it.each([
    [{ PORT: 'abc' }, 'PORT is "abc", which is not a whole number. Example: PORT=8080'],
    [{ PORT: '0x50' }, 'PORT is "0x50", which is not a whole number'],
    [{ PORT: '80.5' }, 'PORT is "80.5", which is not a whole number'],
    [{ PORT: '99999' }, 'PORT is "99999", which is more than 65535'],
    [{ HOURS: '-1' }, 'HOURS is "-1", which is less than 0. Example: HOURS=0.5'],
    [{ AUTOLOGON: 'maybe' }, 'AUTOLOGON is "maybe", which is neither True nor False'],
    [{ MODE: 'magic' }, 'MODE is "magic", which is not one of direct, path'],
    [{ TIMEZONE: 'Mars/Base' }, 'TIMEZONE is "Mars/Base", which is not a time zone of the IANA database'],
    [{ ISSUER: 'idp' }, 'ISSUER is "idp", which is not a URL with scheme and host'],
    [{ AMI: '{oops' }, 'AMI is "{oops", which is not a JSON object'],
    [{ AMI: '{"graphics": {"a": 1}}' }, 'has at graphics.a a value that'],
  ])('%o is a fault', (env, message) => {
    expect(() => load({ ...issuer, ...(env as Record<string, string>) })).toThrow(message);
  });
});

it('every fault is told at once, with what the setting is for and an example', () => {
  const attempt = () => load({ PORT: 'x', HOURS: 'y' });
  expect(attempt).toThrow(ConfigError);
  expect(attempt).toThrow('The configuration of test has 3 faults:');
  expect(attempt).toThrow('- ISSUER is not set (Who signs tokens). Example: ISSUER=https://idp.example.com');
});

it('the value of a secret is not shown', () => {
  expect(() => load({ ...issuer, TOKEN_KEY: 'hunter2' })).toThrow(
    /^(?!.*hunter2)[\s\S]*TOKEN_KEY is not shown, which/,
  );
});

describe('a secret in a file', () => {
  it('is read without its last line break', () => {
    const file = path.join(folder, 'key');
    writeFileSync(file, `${key}\n`);
    expect(load({ ...issuer, TOKEN_KEY_FILE: file }).config.TOKEN_KEY).toBe(key);
    expect(load({ ...issuer, SOCA_TOKEN_KEY_FILE: file }).config.TOKEN_KEY).toBe(key);
  });

  it('that does not exist, or is given twice, is a fault', () => {
    expect(() => load({ ...issuer, TOKEN_KEY_FILE: '/nowhere' })).toThrow(
      'file /nowhere (TOKEN_KEY_FILE), which does not exist',
    );
    expect(() => load({ ...issuer, TOKEN_KEY: key, TOKEN_KEY_FILE: '/nowhere' })).toThrow('is set twice');
  });
});

it('names that look like settings but are none are warned about, with what was probably meant', () => {
  const { warnings } = load({
    ...issuer,
    DCV_IDLE_CPU_TRESHOLD: '15',
    DESKFLEET_XYZZY_PLUGH: '1',
    DCV_LINUX_SESSION_COUNT: '4',
    DCV_TOKEN_SYMMETRIC_KEY_FILE: '/run/secrets/key',
    UNRELATED: '1',
  });
  expect(warnings).toEqual([
    'DCV_IDLE_CPU_TRESHOLD is no setting of Deskfleet and is ignored. Did you mean DCV_IDLE_CPU_THRESHOLD?',
    'DESKFLEET_XYZZY_PLUGH is no setting of Deskfleet and is ignored.',
  ]);
});

it('a rule between settings is told like any other fault', () => {
  const check = () => [{ name: 'MODE', problem: 'needs HOURS' }];
  expect(() => loadConfig(schema, issuer, { service: 'test', check })).toThrow('- MODE needs HOURS.');
});

it('the configuration cannot be changed', () => {
  const { config } = load({ ...issuer, LISTED: 'a,b' });
  expect(() => Object.assign(config, { PORT: 1 })).toThrow(TypeError);
  expect(() => config.LISTED.push('c')).toThrow(TypeError);
});
