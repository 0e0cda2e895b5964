import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export function readProbe(name: 'linux.sh' | 'windows.ps1'): Promise<string> {
  return readFile(new URL(`../probes/${name}`, import.meta.url), 'utf8');
}

/** What a program prints, and how it ends. */
export interface Answer {
  stdout: string;
  exitCode?: number;
}

/** The programs of a Linux host, by the arguments that they answer; a program that is not named is not there. */
export interface ProbedHost {
  dcv?: Record<string, Answer>;
  nvidiaSmi?: Answer;
  /** A stand-in for `timeout`; null: the host has none. The real one without it. */
  timeout?: string | null;
  /** What /etc/deskfleet/session.env says; null: there is none. */
  sessionEnv?: string | null;
  /** What its clock shows; the machine's own without it. */
  clock?: string;
}

export const nvidiaSmiArguments = '--query-gpu=utilization.gpu --format=csv,noheader,nounits';
const sessionEnvPath = '/etc/deskfleet/session.env';
const clockFormat = '-u +%Y-%m-%dT%H:%M:%SZ';

const whereIs = (tool: string) =>
  execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();

async function fakeProgram(bin: string, name: string, answers: Record<string, Answer>): Promise<void> {
  const cases: string[] = [];
  for (const [index, [args, { stdout, exitCode = 0 }]] of Object.entries(answers).entries()) {
    const output = join(bin, `${name}.${index}.out`);
    await writeFile(output, stdout);
    cases.push(`'${args}') /bin/cat '${output}'; exit ${exitCode} ;;`);
  }
  await program(bin, name, `case "$*" in\n${cases.join('\n')}\nesac\necho "unexpected: $*" >&2\nexit 64`);
}

async function program(bin: string, name: string, body: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(bin, name), 0o755);
}

async function furnish(folder: string, host: ProbedHost): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(whereIs('awk'), join(bin, 'awk'));
  if (host.clock === undefined) await symlink(whereIs('date'), join(bin, 'date'));
  else await fakeProgram(bin, 'date', { [clockFormat]: { stdout: `${host.clock}\n` } });
  if (host.timeout === undefined) await symlink(whereIs('timeout'), join(bin, 'timeout'));
  else if (host.timeout !== null) await program(bin, 'timeout', host.timeout);
  if (host.dcv) await fakeProgram(bin, 'dcv', host.dcv);
  if (host.nvidiaSmi) await fakeProgram(bin, 'nvidia-smi', { [nvidiaSmiArguments]: host.nvidiaSmi });
  const { sessionEnv = "DESKFLEET_DCV_SESSION_ID='s-1'\n" } = host;
  if (sessionEnv !== null) await writeFile(join(folder, 'session.env'), sessionEnv);
}

/** What the real script prints on a host that has these programs and, besides a few tools, no others. */
export async function runLinuxProbe(shell: string, host: ProbedHost): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deskfleet-probe-'));
  try {
    await furnish(folder, host);
    const script = await readProbe('linux.sh');
    if (script.split(sessionEnvPath).length !== 2) throw new Error(`the probe reads ${sessionEnvPath} once`);
    const copy = join(folder, 'probe.sh');
    await writeFile(copy, script.replace(sessionEnvPath, join(folder, 'session.env')));
    const { stdout, stderr } = await run(whereIs(shell), [copy], { env: { PATH: join(folder, 'bin') } });
    return stdout + stderr;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
