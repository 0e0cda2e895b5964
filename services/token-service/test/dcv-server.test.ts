import { dcvUserName } from '@deskfleet/contracts';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, type RawAnswer } from './raw-http.ts';
import {
  createRecords,
  newKey,
  type Records,
  type ServiceSettings,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

/**
 * What a DCV server sends and how it reads the answer, from the DCV Administrator Guide, "Using external authentication":
 * a form in the body of a POST to the URL of `auth-token-verifier`, an `auth` element in the answer.
 */
const xmlReader = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  trimValues: false,
});

interface Auth {
  result: string;
  username?: string;
  message?: string;
}

function readAuth({ body }: RawAnswer): Auth {
  return (xmlReader.parse(body) as { auth: Auth }).auth;
}

const head = [
  'POST /authenticator HTTP/1.1',
  'Host: token-service',
  'Content-Type: application/x-www-form-urlencoded',
  'Connection: close',
];

const whole = (form: string, lines = head) =>
  [...lines, `Content-Length: ${Buffer.byteLength(form)}`, '', form].join('\r\n');

const chunked = (form: string) => {
  const parts = form.match(/.{1,7}/gs) ?? [];
  const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
  return [...head, 'Transfer-Encoding: chunked', '', `${chunks.join('')}0\r\n\r\n`].join('\r\n');
};

let records: Records;
let service: ServiceUnderTest;
let hosts = 0;

beforeAll(async () => {
  records = await createRecords();
  service = await start();
});
afterAll(async () => {
  await service.close();
  await records.drop();
});

function start(change: Partial<ServiceSettings> = {}): Promise<ServiceUnderTest> {
  return startService({ databaseUrl: records.database.urlFor('token_service'), keys: [newKey()], ...change });
}

interface Desktop {
  owner: string;
  hostAddress: string;
  dcvSessionId: string;
  token: string;
}

async function runningDesktop(
  owner: string,
  os: 'linux' | 'windows' = 'linux',
  from = service,
): Promise<Desktop> {
  hosts += 1;
  const hostAddress = `127.0.14.${hosts}`;
  await records.addUser(owner);
  const sessionId = await records.addRunningSession({ owner, os, privateIp: hostAddress });
  const { token, dcvSessionId } = await from.tokenFor(sessionId, owner);
  return { owner, hostAddress, dcvSessionId, token };
}

const formOf = ({ dcvSessionId, token }: Desktop) =>
  `sessionId=${dcvSessionId}&authenticationToken=${token}&clientAddress=203.0.113.9`;

describe('a DCV server that speaks as its Administrator Guide says', () => {
  test.each([
    ['in one piece', whole],
    ['in chunks', chunked],
    ['with names of headers in small letters', (form: string) => whole(form, head.map(lowerName))],
    [
      'with a character set',
      (form: string) => whole(form, [...head.slice(0, 2), `${head[2]}; charset=utf-8`, 'Connection: close']),
    ],
    ['of HTTP/1.0', (form: string) => whole(form, ['POST /authenticator HTTP/1.0', ...head.slice(2)])],
  ])('is told who it is: %s', async (how, write) => {
    const desktop = await runningDesktop(`alice ${how}`);
    const answer = await exchange(service.url, write(formOf(desktop)), desktop.hostAddress);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/xml; charset=utf-8');
    const name = dcvUserName(desktop.owner, { os: 'linux', hostAccounts: 'local', windowsDomain: null });
    expect(readAuth(answer)).toEqual({ result: 'yes', username: name });
  });

  test('is told no, and a message that it may show', async () => {
    const desktop = await runningDesktop('mallory');
    const answer = await exchange(service.url, whole(formOf(desktop)), '127.66.66.66');
    expect(answer.status).toBe(401);
    expect(readAuth(answer)).toEqual({ result: 'no', message: expect.stringMatching(/\w/) });
  });
});

describe('user names', () => {
  const names = [
    `a<b>&"'c`,
    '</username></auth>',
    ']]>',
    '<!--',
    '&amp;',
    '&#x41;',
    '[permissions]',
    'alice=allow',
    '; alice',
    '# alice',
    '%owner%',
    '%any% allow builtin',
    'osgroup:admins',
    'al ice',
    ' alice ',
    '\\alice',
    '张伟',
    '😀',
  ];
  test.each(names)('%j of a directory is told as it is, whatever it means to XML or INI', async (owner) => {
    const directory = await start({ hostNaming: { hostAccounts: 'directory', windowsDomain: null } });
    const desktop = await runningDesktop(owner, 'linux', directory);
    const answer = await exchange(directory.url, whole(formOf(desktop)), desktop.hostAddress);
    await directory.close();
    expect(readAuth(answer)).toEqual({ result: 'yes', username: owner });
  });

  test.each(names)('%j of a local account is a name that means nothing to anybody', async (name) => {
    const desktop = await runningDesktop(`${name} `);
    const answer = await exchange(service.url, whole(formOf(desktop)), desktop.hostAddress);
    expect(readAuth(answer).username).toMatch(/^[a-z0-9-]+--[0-9a-v]{12}$/);
  });

  test.each([
    ['alice', 'CORP\\alice'],
    ['EU\\bob', 'EU\\bob'],
    ['carol@corp.example', 'carol@corp.example'],
  ])('%s on Windows in the domain CORP is %s', async (owner, told) => {
    const domain = await start({ hostNaming: { hostAccounts: 'directory', windowsDomain: 'CORP' } });
    const desktop = await runningDesktop(owner, 'windows', domain);
    const answer = await exchange(domain.url, whole(formOf(desktop)), desktop.hostAddress);
    await domain.close();
    expect(desktop.dcvSessionId).toBe('console');
    expect(readAuth(answer)).toEqual({ result: 'yes', username: told });
  });

  test('a guest is told under their own name, in the domain as well', async () => {
    const domain = await start({ hostNaming: { hostAccounts: 'directory', windowsDomain: 'CORP' } });
    for (const name of ['olga', 'gus']) await records.addUser(name);
    const sessionId = await records.addRunningSession({
      owner: 'olga',
      os: 'windows',
      privateIp: '127.0.14.250',
    });
    await records.addShare(sessionId, 'gus');
    const { token } = await domain.tokenFor(sessionId, 'gus');
    const form = `sessionId=console&authenticationToken=${token}`;
    const answer = await exchange(domain.url, whole(form), '127.0.14.250');
    await domain.close();
    expect(readAuth(answer)).toEqual({ result: 'yes', username: 'CORP\\gus' });
  });
});

describe('two tokens of one user', () => {
  test('are independent: neither’s use, deadline or end is the other’s', async () => {
    const own = await start();
    const first = await runningDesktop('tina', 'linux', own);
    const { token: second } = await own.tokenFor(first.dcvSessionId, 'tina');
    const ask = async (token: string) =>
      (await exchange(own.url, whole(formOf({ ...first, token })), first.hostAddress)).status;
    expect(await ask(first.token)).toBe(200);
    own.clock.advance({ minutes: 11 });
    expect([await ask(first.token), await ask(second)]).toEqual([200, 401]);
    const { token: third, tokenId } = await own.tokenFor(first.dcvSessionId, 'tina');
    expect([await ask(third), await ask(first.token)]).toEqual([200, 200]);
    await records.owner.query('delete from token_service.dcv_tokens where id = $1', [tokenId]);
    expect([await ask(third), await ask(first.token)]).toEqual([401, 200]);
    await own.close();
  });
});

function lowerName(line: string): string {
  return line.includes(': ') ? line.replace(/^[^:]+/, (name) => name.toLowerCase()) : line;
}
