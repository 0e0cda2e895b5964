import type { Problem } from '@deskfleet/contracts';
import ini from 'ini';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Gateway, startTestGateway, windowsStack } from './gateway-fixture.ts';

let gateway: Gateway;
let sessionId: string;
beforeAll(async () => {
  gateway = await startTestGateway({ DCV_ACCESS_MODE: 'gateway', DCV_GATEWAY_HOST: 'gw.example.com:443' });
  sessionId = (await gateway.create('alice', { name: 'CFD workstation' })).id;
});
afterAll(() => gateway.close());
beforeEach(async () => {
  gateway.tokenService.answerWith(null);
  await gateway.setState(sessionId, 'running', { instance_id: 'i-1', private_ip: '127.1.2.3' });
});

const download = (user = 'alice', id = sessionId) =>
  gateway.send<Problem>(user, `GET /v1/sessions/${id}/connection.dcv`);

test('the owner of a running desktop gets a file that opens it, which no cache may keep', async () => {
  const answer = await download();
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-dcv');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="CFD workstation.dcv"');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(ini.parse(answer.text)).toMatchObject({
    version: { format: '1.0' },
    connect: {
      host: 'gw.example.com',
      port: '443',
      webport: '443',
      quicport: '443',
      sessionid: sessionId,
      user: 'alice',
      authtoken: 'eyJ.secret.token',
      weburlpath: '/',
      certificatevalidationpolicy: 'strict',
      transport: 'websocket',
    },
  });
});

test('each file has a token of its own, and is told from a connection in the audit log', async () => {
  const before = gateway.tokenService.requests.length;
  await download();
  await download();
  expect(gateway.tokenService.requests).toHaveLength(before + 2);
  const { rows } = await gateway.owner.query(
    `select actor, detail from api_gateway.audit_log where action = 'session.connect' order by at desc`,
  );
  expect(rows[0]).toMatchObject({
    actor: 'user:alice',
    detail: { form: 'file', tokenId: expect.any(String) },
  });
  expect(JSON.stringify(rows)).not.toContain('secret');
});

test('a look at the headers alone makes no token', async () => {
  const before = gateway.tokenService.requests.length;
  expect((await gateway.send('alice', `HEAD /v1/sessions/${sessionId}/connection.dcv`)).status).toBe(405);
  expect(gateway.tokenService.requests).toHaveLength(before);
});

test('who cannot connect gets no file, with the same answer', async () => {
  const answers = async (user: string) => {
    const [file, addresses] = [
      await download(user),
      await gateway.send<Problem>(user, `POST /v1/sessions/${sessionId}/connection`),
    ];
    expect(file.body.code).toBe(addresses.body.code);
    expect(file.headers.get('content-type')).toContain('application/problem+json');
    return file.body;
  };
  expect(await answers('bob')).toMatchObject({ status: 404, code: 'not-found' });
  await gateway.setState(sessionId, 'stopped', { desired: 'stopped' });
  expect(await answers('alice')).toMatchObject({ status: 409, code: 'not-running' });
  await gateway.setState(sessionId, 'running');
  gateway.tokenService.answerWith(500);
  expect(await answers('alice')).toMatchObject({ status: 503, code: 'service-unavailable' });
});

test('a path with an id that is none is not found', async () => {
  expect((await download('alice', '..%2f..%2fetc')).body).toMatchObject({ status: 404, code: 'not-found' });
});

test('addresses lead to the gateway too', async () => {
  const answer = await gateway.send('alice', `POST /v1/sessions/${sessionId}/connection`);
  expect(answer.body).toMatchObject({
    browserUrl: `https://gw.example.com/?authToken=eyJ.secret.token#${sessionId}`,
    nativeUrl: `dcv://gw.example.com:443/?authToken=eyJ.secret.token#${sessionId}`,
  });
});

test('in direct mode file and addresses lead to the host, whose certificate the user is asked about', async () => {
  Object.assign(gateway.environment, { DCV_ACCESS_MODE: 'direct', DCV_TRANSPORT: 'quic' });
  await gateway.restart();
  expect(ini.parse((await download()).text).connect).toMatchObject({
    host: '127.1.2.3',
    port: '8443',
    quicport: '8443',
    transport: 'quic',
    certificatevalidationpolicy: 'ask-user',
  });
  const answer = await gateway.send('alice', `POST /v1/sessions/${sessionId}/connection`);
  expect(answer.body).toMatchObject({
    browserUrl: `https://127.1.2.3:8443/?authToken=eyJ.secret.token#${sessionId}`,
  });
});

test('the user in the file is who the host knows', async () => {
  const desktop = await gateway.create('eve@corp.example', { softwareStackId: windowsStack });
  await gateway.setState(desktop.id, 'running', { instance_id: 'i-2', private_ip: '127.1.2.4' });
  const { connect } = ini.parse((await download('eve@corp.example', desktop.id)).text);
  expect(connect.user).toMatch(/^eve--[0-9a-v]{12}$/);
});
