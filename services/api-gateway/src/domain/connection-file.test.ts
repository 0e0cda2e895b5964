import fc from 'fast-check';
import ini from 'ini';
import { expect, test } from 'vitest';
import { connectionFile, type FiledConnection } from './connection-file.ts';
import { type DesktopLocation, locateDesktop } from './locate-desktop.ts';

const location: DesktopLocation = {
  scheme: 'https',
  host: 'gw.example.com',
  port: 443,
  webUrlPath: '/',
  sessionId: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b99',
  quic: true,
};
const filed: FiledConnection = { location, token: 'eyJ.a-b_c.d', user: 'alice' };
const strict = { certificateValidationPolicy: 'strict', transport: 'websocket' } as const;

test('a connection file is as the DCV user guide describes it', () => {
  expect(connectionFile(filed, strict)).toBe(`[version]
format=1.0
[connect]
host=gw.example.com
port=443
webport=443
quicport=443
sessionid=0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b99
user=alice
authtoken=eyJ.a-b_c.d
weburlpath=/
certificatevalidationpolicy=strict
transport=websocket
[options]
fullscreen=false
useallmonitors=false
promptreconnect=true
`);
});

test('where the network lets UDP through, clients may be told to use it', () => {
  const options = { certificateValidationPolicy: 'ask-user', transport: 'quic' } as const;
  const { connect } = ini.parse(connectionFile(filed, options));
  expect(connect).toMatchObject({
    quicport: '443',
    transport: 'quic',
    certificatevalidationpolicy: 'ask-user',
  });
});

test('behind a load balancer there is no QUIC, whatever the setting says', () => {
  const desktop = { sessionId: 's', dcvSessionId: 'console', privateIp: '10.0.1.7' };
  const byPath = locateDesktop({ mode: 'path', baseUrl: 'https://lb.example.com/d' }, desktop);
  const { connect } = ini.parse(
    connectionFile({ ...filed, location: byPath }, { ...strict, transport: 'quic' }),
  );
  expect(connect).not.toHaveProperty('quicport');
  expect(connect).toMatchObject({
    host: 'lb.example.com',
    port: '443',
    weburlpath: '/d/10.0.1.7/',
    sessionid: 'console',
    transport: 'websocket',
  });
});

test.each([
  0x0a,
  0x0d,
  0x00,
  0x1b,
  0x85,
  0x2028,
  0x2029,
  0x202e,
  0xd800,
  ...[...';#"\' \\'].map((c) => c.charCodeAt(0)),
])('a user whose name ends in the character %i is left out: the token says who it is', (end) => {
  const user = `alice${String.fromCharCode(end)}`;
  const { connect } = ini.parse(connectionFile({ ...filed, user }, strict));
  expect(connect).not.toHaveProperty('user');
});

test('a user of a domain is left out: readers differ about the backslash', () => {
  expect(connectionFile({ ...filed, user: 'CORP\\alice' }, strict)).not.toContain('alice');
});

test.each<[string, Partial<FiledConnection>]>([
  ['token', { token: 'a\nb=c' }],
  ['session id', { location: { ...location, sessionId: 'x\r[options]' } }],
  ['host', { location: { ...location, host: 'gw\u2028.example.com' } }],
  ['path', { location: { ...location, webUrlPath: '/a;b/' } }],
  ['token that is missing', { token: '' }],
])('a %s that would not arrive as it is makes no file', (_what, change) => {
  expect(() => connectionFile({ ...filed, ...change }, strict)).toThrow(/does not fit into one line/);
});

// Names as identity providers have them, and everything that could start a line or a comment, or be taken for an escape.
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'\n\r\t\u0085\u2028 =[];#\\"\'n\u0000a.@/:') }),
);

test('whatever the values are: a file holds exactly them, in their places, and no line more, or there is none', () => {
  const values = fc.record({ host: text, webUrlPath: text, sessionId: text, token: text, user: text });
  fc.assert(
    fc.property(values, ({ host, webUrlPath, sessionId, token, user }) => {
      const written = writeOrNull({
        location: { ...location, host, webUrlPath, sessionId },
        token,
        user,
      });
      if (written === null) return;
      expectExactly(written, { host, webUrlPath, sessionId, token, user });
    }),
    { numRuns: 3_000 },
  );
});

test('whatever a user is called: there is a file, with the name as it is or without it', () => {
  fc.assert(
    fc.property(text, (user) => {
      const { host, webUrlPath, sessionId } = location;
      const { token } = filed;
      expectExactly(connectionFile({ ...filed, user }, strict), { host, webUrlPath, sessionId, token, user });
    }),
    { numRuns: 3_000 },
  );
});

function writeOrNull(connection: FiledConnection): string | null {
  try {
    return connectionFile(connection, strict);
  } catch {
    return null;
  }
}

type Values = Record<'host' | 'webUrlPath' | 'sessionId' | 'token' | 'user', string>;

function expectExactly(written: string, { host, webUrlPath, sessionId, token, user }: Values): void {
  const parsed = ini.parse(written);
  const { user: parsedUser, ...connect } = parsed.connect as Record<string, unknown>;
  // The parser makes booleans of the words; a client reads text.
  expect(Object.fromEntries(Object.entries(connect).map(([key, value]) => [key, String(value)]))).toEqual({
    host,
    port: '443',
    webport: '443',
    quicport: '443',
    sessionid: sessionId,
    authtoken: token,
    weburlpath: webUrlPath,
    certificatevalidationpolicy: 'strict',
    transport: 'websocket',
  });
  if (parsedUser !== undefined) expect(String(parsedUser)).toBe(user);
  expect(Object.keys(parsed)).toEqual(['version', 'connect', 'options']);
  expect(written.split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(parsedUser === undefined ? 17 : 18);
}
