import { expect, test } from 'vitest';
import { accessFaults, accessOf, connectionFileOptionsOf } from './access-settings.ts';

type Config = Parameters<typeof accessOf>[0];

const configOf = (change: Partial<Config>): Config => ({
  DCV_ACCESS_MODE: 'direct',
  DCV_WEB_URL_PATH_TEMPLATE: '/',
  DCV_TRANSPORT: 'websocket',
  ...change,
});
const gatewayAt = (host: string) => configOf({ DCV_ACCESS_MODE: 'gateway', DCV_GATEWAY_HOST: host });

test.each([
  ['gw.example.com', 'gw.example.com', 8443],
  ['gw.example.com:443', 'gw.example.com', 443],
  ['10.0.0.5:8443', '10.0.0.5', 8443],
  ['[2001:db8::1]', '2001:db8::1', 8443],
  ['[2001:db8::1]:443', '2001:db8::1', 443],
])('a gateway may be given as %s', (given, host, port) => {
  expect(accessFaults(gatewayAt(given))).toEqual([]);
  expect(accessOf(gatewayAt(given))).toEqual({ mode: 'gateway', host, port });
});

test.each([
  'https://gw.example.com',
  'gw.example.com/path',
  'gw.example.com:0',
  'gw.example.com:70000',
  'gw.example.com:',
  '2001:db8::1',
  '[2001:db8::1',
  '[::g]',
  '999.1.1.1',
  'user@gw.example.com',
  'gw.example.com\nhost=evil',
  ' gw',
])('a gateway at %j is refused at the start', (given) => {
  expect(accessFaults(gatewayAt(given))).toMatchObject([{ name: 'DCV_GATEWAY_HOST' }]);
});

test('each mode needs what it leads to, and says so at the start', () => {
  expect(accessFaults(configOf({ DCV_ACCESS_MODE: 'gateway' }))).toMatchObject([
    { name: 'DCV_GATEWAY_HOST', problem: 'is not set, but DCV_ACCESS_MODE=gateway needs it' },
  ]);
  expect(accessFaults(configOf({ DCV_ACCESS_MODE: 'path', DCV_TRANSPORT: 'quic' }))).toMatchObject([
    { name: 'DCV_BASE_URL', problem: 'is not set, but DCV_ACCESS_MODE=path needs it' },
    { name: 'DCV_TRANSPORT' },
  ]);
  expect(accessFaults(configOf({}))).toEqual([]);
});

test('a path that cannot stand in a connection file is refused at the start', () => {
  const byPath = { DCV_ACCESS_MODE: 'path', DCV_BASE_URL: 'https://lb.example.com/a;b' } as const;
  expect(accessFaults(configOf(byPath))).toMatchObject([{ name: 'DCV_BASE_URL' }]);
  expect(accessFaults(configOf({ DCV_WEB_URL_PATH_TEMPLATE: '/a#b/' }))).toMatchObject([
    { name: 'DCV_WEB_URL_PATH_TEMPLATE' },
  ]);
});

test('certificates are strictly checked, unless hosts have them of their own making, or the setting says otherwise', () => {
  const policyOf = (change: Partial<Config>) =>
    connectionFileOptionsOf(configOf(change)).certificateValidationPolicy;
  expect(policyOf({ DCV_ACCESS_MODE: 'gateway' })).toBe('strict');
  expect(policyOf({ DCV_ACCESS_MODE: 'path' })).toBe('strict');
  expect(policyOf({ DCV_ACCESS_MODE: 'direct' })).toBe('ask-user');
  expect(policyOf({ DCV_CERTIFICATE_VALIDATION_POLICY: 'accept-untrusted' })).toBe('accept-untrusted');
});
