import { expect, test } from 'vitest';
import { connectionUrls } from './connection-urls.ts';
import { type DesktopAccess, locateDesktop } from './locate-desktop.ts';

const sessionId = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b99';
const windows = { sessionId, dcvSessionId: 'console', privateIp: '10.0.1.7' };
const linux = { ...windows, dcvSessionId: sessionId };
const ipv6 = { ...windows, privateIp: 'fd00::7' };

const gateway = (change: object = {}): DesktopAccess => ({
  mode: 'gateway',
  host: 'gw.example.com',
  port: 8443,
  ...change,
});
const direct = (webUrlPath = '/'): DesktopAccess => ({ mode: 'direct', webUrlPath });
const byPath = (baseUrl = 'https://desktops.example.com/d'): DesktopAccess => ({ mode: 'path', baseUrl });

test.each([
  {
    guarantee: 'gateway mode leads to the gateway, with the id that all hosts together know it by',
    access: gateway(),
    desktop: windows,
    browserUrl: `https://gw.example.com:8443/?authToken=T#${sessionId}`,
    nativeUrl: `dcv://gw.example.com:8443/?authToken=T#${sessionId}`,
  },
  {
    guarantee: 'a port that browsers take for granted is told to native clients',
    access: gateway({ port: 443 }),
    desktop: linux,
    browserUrl: `https://gw.example.com/?authToken=T#${sessionId}`,
    nativeUrl: `dcv://gw.example.com:443/?authToken=T#${sessionId}`,
  },
  {
    guarantee: 'a gateway at an address of IPv6 stands in brackets',
    access: gateway({ host: '2001:db8::1' }),
    desktop: linux,
    browserUrl: `https://[2001:db8::1]:8443/?authToken=T#${sessionId}`,
    nativeUrl: `dcv://[2001:db8::1]:8443/?authToken=T#${sessionId}`,
  },
  {
    guarantee: 'direct mode leads to the host itself, with the id that the host knows',
    access: direct(),
    desktop: windows,
    browserUrl: 'https://10.0.1.7:8443/?authToken=T#console',
    nativeUrl: 'dcv://10.0.1.7:8443/?authToken=T#console',
  },
  {
    guarantee: 'direct mode goes by the path that the host was given',
    access: direct('/desktops/{host}'),
    desktop: windows,
    browserUrl: 'https://10.0.1.7:8443/desktops/10.0.1.7/?authToken=T#console',
    nativeUrl: 'dcv://10.0.1.7:8443/desktops/10.0.1.7/?authToken=T#console',
  },
  {
    guarantee: 'a host at an address of IPv6 stands in brackets',
    access: direct(),
    desktop: ipv6,
    browserUrl: 'https://[fd00::7]:8443/?authToken=T#console',
    nativeUrl: 'dcv://[fd00::7]:8443/?authToken=T#console',
  },
  {
    guarantee: 'path mode leads to the load balancer, which finds the host by the path',
    access: byPath(),
    desktop: windows,
    browserUrl: 'https://desktops.example.com/d/10.0.1.7/?authToken=T#console',
    nativeUrl: 'dcv://desktops.example.com:443/d/10.0.1.7/?authToken=T#console',
  },
  {
    guarantee: 'a load balancer may have a port, and end with a slash',
    access: byPath('http://localhost:9000/desktops/'),
    desktop: linux,
    browserUrl: `http://localhost:9000/desktops/10.0.1.7/?authToken=T#${sessionId}`,
    nativeUrl: `dcv://localhost:9000/desktops/10.0.1.7/?authToken=T#${sessionId}`,
  },
  {
    guarantee: 'a load balancer may stand at an address of IPv6, and have no path of its own',
    access: byPath('https://[2001:db8::2]'),
    desktop: ipv6,
    browserUrl: 'https://[2001:db8::2]/fd00::7/?authToken=T#console',
    nativeUrl: 'dcv://[2001:db8::2]:443/fd00::7/?authToken=T#console',
  },
])('$guarantee', ({ access, desktop, browserUrl, nativeUrl }) => {
  expect(connectionUrls(locateDesktop(access, desktop), 'T')).toEqual({ browserUrl, nativeUrl });
});

test('UDP gets through to gateways and hosts, and not by a path', () => {
  const quic = [gateway(), direct(), byPath()].map((access) => locateDesktop(access, linux).quic);
  expect(quic).toEqual([true, true, false]);
});

test('what is in a token or an id cannot change the rest of the address', () => {
  const { browserUrl } = connectionUrls(
    locateDesktop(direct(), { ...windows, dcvSessionId: 'a?b#c' }),
    'x#y&z=1',
  );
  expect(browserUrl).toBe('https://10.0.1.7:8443/?authToken=x%23y%26z%3D1#a%3Fb%23c');
});
