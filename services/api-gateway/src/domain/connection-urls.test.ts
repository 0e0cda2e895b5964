import { expect, test } from 'vitest';
import { connectionUrls } from './connection-urls.ts';

const target = { privateIp: '10.0.1.7', token: 'a.b-c_d', dcvSessionId: 'console' };

test('direct mode leads to the host itself', () => {
  expect(connectionUrls({ mode: 'direct' }, target)).toEqual({
    browserUrl: 'https://10.0.1.7:8443/?authToken=a.b-c_d#console',
    nativeUrl: 'dcv://10.0.1.7:8443/?authToken=a.b-c_d#console',
  });
});

test('path mode leads to the load balancer, which finds the host by the path', () => {
  expect(connectionUrls({ mode: 'path', baseUrl: 'https://desktops.example.com/d' }, target)).toEqual({
    browserUrl: 'https://desktops.example.com/d/10.0.1.7/?authToken=a.b-c_d#console',
    nativeUrl: 'dcv://desktops.example.com:443/d/10.0.1.7/?authToken=a.b-c_d#console',
  });
});

test('what is in a token cannot change the rest of the address', () => {
  const { browserUrl } = connectionUrls({ mode: 'direct' }, { ...target, token: 'x#y&z=1' });
  expect(browserUrl).toBe('https://10.0.1.7:8443/?authToken=x%23y%26z%3D1#console');
});
