import { execFile, execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { findShellcheck } from '@deskfleet/testkit';
import { describe, expect, test } from 'vitest';
import { Language, Parser } from 'web-tree-sitter';
import { type Answer, type ProbedHost, readProbe, runLinuxProbe } from './probe-host.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

const session = {
  id: 's-1',
  owner: 'alice',
  name: 'n',
  'num-of-connections': 0,
  'creation-time': '2026-11-25T16:08:50Z',
  'last-disconnection-time': '2026-11-25T20:40:00.123456Z',
  licenses: [{ product: 'dcv', 'creation-time': 'of a licence', 'num-of-connections': 7 }],
  type: 'virtual',
  'display-layout': [{ width: 800, height: 600, x: 0, y: 0 }],
};
const interaction = (time: string) => ({ id: 1, username: 'alice', 'last-interaction-time': time });

const describes = (answer: string): Record<string, Answer> => ({
  'describe-session s-1 --json': { stdout: answer },
});
const connected = (times: string[], list: string): Record<string, Answer> => ({
  ...describes(JSON.stringify({ ...session, 'num-of-connections': times.length })),
  'list-connections s-1 --json': { stdout: list },
});
const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const idle = describes(pretty(session));

const installed = (shell: string) => {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
};

describe.each(['dash', 'bash'])('the probe of Linux hosts in %s', (shell) => {
  const probe = (host: ProbedHost) => runLinuxProbe(shell, host);
  const answered = async (host: ProbedHost) => {
    const lines = (await probe(host)).trimEnd().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  };
  const it = test.skipIf(!installed(shell));
  const notOk = { connections: '', created: '', disconnected: '', interaction: '' };

  it('prints its lines in one order, the last one last', async () => {
    const output = await probe({ dcv: idle, nvidiaSmi: { stdout: '3\n' } });
    expect(output).toMatch(/^deskfleet-probe=1\nnow=2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ\nsession=ok\n/);
    expect(output.split('\n').slice(3)).toEqual([
      'connections=0',
      'created=2026-11-25T16:08:50Z',
      'disconnected=2026-11-25T20:40:00.123456Z',
      'interaction=',
      'gpu=nvidia',
      'gpu-percent=3',
      'end=1',
      '',
    ]);
  });

  it('prints the same lines, empty, where DCV does not answer', async () => {
    const output = await probe({});
    const names = output.split('\n').map((line) => line.split('=')[0]);
    const answer = await probe({ dcv: idle });
    expect(names).toEqual(answer.split('\n').map((line) => line.split('=')[0]));
  });

  it.each([
    ['one GPU at work', '97\n', '97'],
    ['the busier of two GPUs, whichever it is', '2\n97\n', '97'],
    ['the busier of two GPUs by number, not by digits', '100\n9\n', '100'],
    ['GPUs at rest', '0\n0\n', '0'],
    ['blanks and line ends of Windows', ' 42 \r\n 7 \r\n', '42'],
  ])('tells %s', async (_, stdout, percent) => {
    expect(await answered({ nvidiaSmi: { stdout } })).toMatchObject({
      gpu: 'nvidia',
      'gpu-percent': percent,
    });
  });

  it.each<[string, Answer]>([
    ['not available', { stdout: '[N/A]\n' }],
    ['not supported', { stdout: '0\n[Not Supported]\n' }],
    ['nothing', { stdout: '' }],
    ['an empty line among others', { stdout: '5\n\n6\n' }],
    ['more than everything', { stdout: '101\n' }],
    ['a number with a unit', { stdout: '5 %\n' }],
    ['an error', { stdout: "NVIDIA-SMI has failed because it couldn't communicate\n", exitCode: 9 }],
    ['numbers, and then an error', { stdout: '0\n', exitCode: 15 }],
  ])('does not know how busy a GPU is when nvidia-smi says %s', async (_, nvidiaSmi) => {
    expect(await answered({ nvidiaSmi })).toMatchObject({ gpu: 'failed', 'gpu-percent': '', end: '1' });
  });

  it('knows no GPU where there is no nvidia-smi', async () => {
    expect(await answered({ dcv: idle })).toMatchObject({ session: 'ok', gpu: 'none', 'gpu-percent': '' });
  });

  it('says that there is no DCV where there is no dcv', async () => {
    const answer = await answered({ nvidiaSmi: { stdout: '1\n' } });
    expect(answer).toMatchObject({ session: 'no-dcv', ...notOk, gpu: 'nvidia', end: '1' });
  });

  it.each<[string, ProbedHost]>([
    [
      'DCV is down',
      { dcv: { 'describe-session s-1 --json': { stdout: 'Could not connect\n', exitCode: 1 } } },
    ],
    ['DCV says an error and ends well', { dcv: describes("No session with id 's-1' found.\n") }],
    ['DCV says nothing', { dcv: describes('') }],
    ['the answer is cut off', { dcv: describes(pretty(session).slice(0, -9)) }],
    ['the answer is cut off within a text', { dcv: describes(pretty(session).slice(0, 60)) }],
    ['there is more than an answer', { dcv: describes(`${pretty(session)}{}`) }],
    ['a warning stands before the answer', { dcv: describes(`Warning: "x"\n${pretty(session)}`) }],
    ['the answer is a list', { dcv: describes(pretty([session])) }],
    [
      'there is no number of connections',
      { dcv: describes(pretty({ 'creation-time': '2026-11-25T16:08:50Z' })) },
    ],
    ['connections are a text', { dcv: describes(pretty({ ...session, 'num-of-connections': '0' })) }],
    ['connections are negative', { dcv: describes(pretty({ ...session, 'num-of-connections': -1 })) }],
    ['there is no creation time', { dcv: describes(pretty({ ...session, 'creation-time': '' })) }],
    ['a time is none', { dcv: describes(pretty({ ...session, 'creation-time': 'yesterday' })) }],
    ['a time is a number', { dcv: describes(pretty({ ...session, 'creation-time': 1795708130 })) }],
    ['a time breaks its line', { dcv: describes(pretty(session).replace(':50Z', ':50Z\nend=1')) }],
    ['the connections cannot be listed', { dcv: connected(['x'], 'Could not connect\n') }],
    ['a time of a connection is none', { dcv: connected(['x'], pretty([interaction('$(reboot)')])) }],
    ['nobody said which session is the host’s', { dcv: idle, sessionEnv: null }],
    ['the session has no name', { dcv: idle, sessionEnv: '' }],
    ['the file of the session is damaged', { dcv: idle, sessionEnv: "DESKFLEET_DCV_SESSION_ID='s-1\n" }],
  ])('does not believe DCV when %s', async (_, host) => {
    expect(await answered(host)).toMatchObject({ session: 'failed', ...notOk, gpu: 'none', end: '1' });
  });

  it.each([
    ['in one line', JSON.stringify(session)],
    ['over many lines', pretty(session)],
    ['with blanks before colons, as DCV writes', pretty(session).replaceAll('":', '" :')],
    ['with line ends of Windows', pretty(session).replaceAll('\n', '\r\n')],
    ['in the other order', JSON.stringify(Object.fromEntries(Object.entries(session).reverse()))],
  ])('reads a session that is written %s', async (_, answer) => {
    expect(await answered({ dcv: describes(answer) })).toMatchObject({
      session: 'ok',
      connections: '0',
      created: '2026-11-25T16:08:50Z',
      disconnected: '2026-11-25T20:40:00.123456Z',
    });
  });

  it.each([
    ['an empty text', { ...session, 'last-disconnection-time': '' }],
    ['null', { ...session, 'last-disconnection-time': null }],
    ['absent', { ...session, 'last-disconnection-time': undefined }],
  ])('a session that nobody has left has no disconnection: %s', async (_, described) => {
    expect(await answered({ dcv: describes(pretty(described)) })).toMatchObject({
      session: 'ok',
      created: '2026-11-25T16:08:50Z',
      disconnected: '',
    });
  });

  it.each([
    ['keys', '", "num-of-connections": 5, "creation-time": "1970-01-01T00:00:00Z'],
    ['backslashes before its end', 'a\\\\" , "num-of-connections": 5, "x": "\\'],
    ['one quotation mark', 'say "'],
    ['braces', '}}]] "num-of-connections" : 5 {[{'],
    ['commands', "$(touch /tmp/x) `id` '; reboot; '"],
    ['lines', 'x\nconnections=5\nend=1'],
  ])('is not taken in by a session whose name has %s in it', async (_, name) => {
    const described = { ...session, owner: name, name, type: name };
    for (const text of [pretty(described), JSON.stringify(described)]) {
      const answer = await answered({ dcv: describes(text) });
      expect(answer).toMatchObject({ connections: '0', created: '2026-11-25T16:08:50Z', end: '1' });
    }
  });

  it.each([
    ['of two', ['2026-11-26T02:19:05Z', '2026-11-26T01:00:00Z'], '2026-11-26T02:19:05Z'],
    [
      'by the fraction',
      ['2026-11-26T02:19:05Z', '2026-11-26T02:19:05.000001Z'],
      '2026-11-26T02:19:05.000001Z',
    ],
    [
      'whose fraction came first',
      ['2026-11-26T02:19:05.000001Z', '2026-11-26T02:19:05Z'],
      '2026-11-26T02:19:05.000001Z',
    ],
    ['where others have none', ['', '2026-11-26T01:00:00Z', ''], '2026-11-26T01:00:00Z'],
    ['or none at all', [''], ''],
  ])('tells the latest interaction %s', async (_, times, latest) => {
    for (const text of [pretty(times.map(interaction)), JSON.stringify(times.map(interaction))]) {
      const answer = await answered({ dcv: connected(times, text) });
      expect(answer).toMatchObject({ session: 'ok', connections: String(times.length), interaction: latest });
    }
  });

  it('a crowd of 400 fits into what SSM shows of an answer', async () => {
    const times = Array.from(
      { length: 400 },
      (_, index) => `2026-11-26T02:00:00.${String(index).padStart(6, '0')}Z`,
    );
    const dcv = connected(times, pretty(times.map(interaction)));
    const output = await probe({ dcv, nvidiaSmi: { stdout: '1\n'.repeat(16) } });
    expect(output).toContain('connections=400\n');
    expect(output).toContain('interaction=2026-11-26T02:00:00.000399Z\n');
    expect(output.length).toBeLessThan(2_500);
  });

  it('gives up on programs that hang, and answers', async () => {
    const timeout = 'case "$*" in "-k 5 20 dcv "* | "-k 5 20 nvidia-smi "*) exit 124 ;; esac\nexit 1';
    const answer = await answered({ dcv: idle, nvidiaSmi: { stdout: '0\n' }, timeout });
    expect(answer).toMatchObject({ session: 'failed', ...notOk, gpu: 'failed', end: '1' });
  });

  it('does without timeout where there is none', async () => {
    const answer = await answered({ dcv: idle, nvidiaSmi: { stdout: '0\n' }, timeout: null });
    expect(answer).toMatchObject({ session: 'ok', gpu: 'nvidia' });
  });
});

test('shellcheck finds nothing in the probe of Linux hosts', async ({ skip }) => {
  const found = await findShellcheck();
  if ('missing' in found) return skip(found.missing);
  const shellcheck = run(found.shellcheck, ['--shell=sh', '-']);
  shellcheck.child.stdin?.end(await readProbe('linux.sh'));
  await expect(shellcheck.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' });
});

test.each(['linux.sh', 'windows.ps1'] as const)(
  '%s begins with its mark and is plain ASCII',
  async (name) => {
    const script = await readProbe(name);
    expect(script.replace(/^#!.*\n/, '')).toMatch(/^# deskfleet-probe 1\n/);
    // Windows PowerShell reads what has no byte order mark in the code page of the machine.
    expect(script).toMatch(/^[\n\x20-\x7e]*$/);
  },
);

describe('the probe of Windows hosts', async () => {
  await Parser.init();
  const powershell = await Language.load(
    require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm'),
  );
  const root = new Parser().setLanguage(powershell).parse(await readProbe('windows.ps1'))?.rootNode;
  const texts = (type: string) => root?.descendantsOfType(type).map((node) => node?.text ?? '') ?? [];

  test('is PowerShell to a parser', () => {
    expect(texts('ERROR')).toEqual([]);
    expect(root?.hasError).toBe(false);
  });

  test('calls only functions that it has, and defines none for nothing', () => {
    const defined = texts('function_name');
    const called = new Set(texts('command_name'));
    expect(defined.filter((name) => !called.has(name))).toEqual([]);
    const cmdlets = [
      'ConvertFrom-Json',
      'Get-Command',
      'New-Object',
      'Select-Object',
      'Test-Path',
      'Write-Output',
    ];
    expect([...called].filter((name) => !defined.includes(name) && !cmdlets.includes(name))).toEqual([]);
  });

  test('prints the lines that the one of Linux hosts prints, in the same order', async () => {
    const printed = (script: string, line: RegExp) => [...script.matchAll(line)].map((match) => match[1]);
    const names = printed(await runLinuxProbe('sh', {}), /^([a-z-]+)=/gm);
    expect(printed(await readProbe('windows.ps1'), /^ *"([a-z-]+)=/gm)).toEqual(names);
  });
});
