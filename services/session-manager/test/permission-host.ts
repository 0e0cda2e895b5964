import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** In which form a DCV server takes `close-connection`. */
export type ClosingForm = 'session id' | '--session session id' | 'id session' | 'none';

/** A Linux host whose `dcv` knows these connections, as `dcv list-connections --json` prints them. */
export interface HostUnderScript {
  dcvSessionId: string;
  connections: { id: number }[];
  dcv?: 'ok' | 'down';
  closingForm?: ClosingForm;
  /** The number of the last command that the host has been given. */
  number?: number;
}

export interface ScriptedResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  permissionFile: string | null;
  mode: string | null;
  /** What DCV was told: the text of the file at that time. */
  told: string | null;
  files: string[];
}

const whereIs = (tool: string) =>
  execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();

/** A `dcv` that answers as the simulated one does; what it knows is in state.json beside it. */
const dcvProgram = `#!${process.execPath}
const fs = require('node:fs');
const file = require('node:path').join(__dirname, '../state.json');
const state = JSON.parse(fs.readFileSync(file, 'utf8'));
const [command, ...args] = process.argv.slice(2);
const fail = (text) => { process.stderr.write(text + '\\n'); process.exit(1); };
if (state.dcv === 'down') fail('Could not connect to the DCV server: is it running?');
const id = state.dcvSessionId;
if (command === 'set-permissions') {
  if (args[0] !== '--session' || args[1] !== id || args[2] !== '--file') fail('wrong options');
  state.told = fs.readFileSync(args[3], 'utf8');
} else if (command === 'close-connection') {
  const forms = { 'session id': /^ID (\\d+)$/, '--session session id': /^--session ID (\\d+)$/, 'id session': /^(\\d+) ID$/, none: /^$/ };
  const asked = Number(forms[state.closingForm].exec(args.join(' ').replace(id, 'ID'))?.[1]);
  if (!state.connections.some((one) => one.id === asked)) fail('no such connection');
  state.connections = state.connections.filter((one) => one.id !== asked);
} else if (command !== 'list-connections' || args[0] !== id || args[1] !== '--json') fail('unknown command');
fs.writeFileSync(file, JSON.stringify(state));
if (command === 'list-connections') process.stdout.write(JSON.stringify(state.connections, null, 2) + '\\n');
`;

/** What a script does, and says, on such a host. */
export async function runOnLinuxHost(
  shell: string,
  script: string,
  { number, ...host }: HostUnderScript,
): Promise<ScriptedResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'deskfleet-permissions-'));
  try {
    const etc = path.join(folder, 'etc');
    const bin = path.join(folder, 'bin');
    await Promise.all([mkdir(etc), mkdir(bin)]);
    for (const tool of ['base64', 'cat', 'chmod', 'flock', 'mv', 'sed', 'timeout']) {
      await symlink(whereIs(tool), path.join(bin, tool));
    }
    await writeFile(path.join(bin, 'sleep'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(path.join(bin, 'dcv'), dcvProgram, { mode: 0o755 });
    const state = { closingForm: 'session id', told: null, ...host };
    await writeFile(path.join(folder, 'state.json'), JSON.stringify(state));
    if (number !== undefined) await writeFile(path.join(etc, 'dcv.permissions.number'), `${number}\n`);
    const copy = path.join(folder, 'script.sh');
    await writeFile(copy, script.replaceAll('/etc/deskfleet', etc));
    const ended = await run(whereIs(shell), [copy], { env: { PATH: bin } }).then(
      ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        exitCode: error.code,
        stdout: error.stdout,
        stderr: error.stderr,
      }),
    );
    const file = path.join(etc, 'dcv.permissions');
    const known = await readFile(file, 'utf8').catch(() => null);
    return {
      ...ended,
      permissionFile: known,
      mode: known === null ? null : ((await stat(file)).mode & 0o777).toString(8),
      told: JSON.parse(await readFile(path.join(folder, 'state.json'), 'utf8')).told,
      files: (await readdir(etc)).sort(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
