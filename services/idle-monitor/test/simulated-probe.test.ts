import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nvidiaSmiArguments, type ProbedHost, readProbe, runLinuxProbe } from './probe-host.ts';
import { type Platform, startSimulatedHosts } from './simulated-host.ts';

let hosts: Awaited<ReturnType<typeof startSimulatedHosts>>;

beforeAll(async () => {
  hosts = await startSimulatedHosts();
});

afterAll(() => hosts.close());

const dcvOf: Record<Platform, string> = {
  linux: 'dcv',
  windows: "& 'C:\\Program Files\\NICE\\DCV\\Server\\bin\\dcv.exe'",
};

/** The programs of the simulated host, each asked over SSM. */
async function programsOf(id: string, platform: Platform, clockOffsetSeconds: number): Promise<ProbedHost> {
  const run = (script: string) => hosts.run(id, platform, script);
  const named = await run('. /etc/deskfleet/session.env && echo "$DESKFLEET_DCV_SESSION_ID"');
  const linuxSession = named.exitCode === 0 ? named.stdout.trim() : null;
  const session = platform === 'windows' ? 'console' : linuxSession;
  const questions = [`describe-session ${session} --json`, `list-connections ${session} --json`];
  const answers = [];
  for (const question of questions) answers.push([question, await run(`${dcvOf[platform]} ${question}`)]);
  const nvidiaSmi = await run(`nvidia-smi ${nvidiaSmiArguments}`);
  return {
    dcv: Object.fromEntries(answers),
    sessionEnv: session === null ? null : `DESKFLEET_DCV_SESSION_ID='${session}'\n`,
    // A second passes with every question, the probe's own included.
    clock: `${new Date(hosts.now() + (1 + clockOffsetSeconds) * 1000).toISOString().slice(0, 19)}Z`,
    ...(nvidiaSmi.exitCode === 127 ? {} : { nvidiaSmi }),
  };
}

interface Case {
  type?: string;
  userData?: string;
  seconds?: number;
  steps?: object[];
}

const idle: Case = {};
const cases: [string, Case, RegExp][] = [
  [
    'that nobody has used',
    idle,
    /session=ok\nconnections=0\ncreated=2.*\ndisconnected=\ninteraction=\ngpu=none/,
  ],
  [
    'with two connections',
    { steps: [{ connections: 2 }] },
    /connections=2\n.*\ndisconnected=\ninteraction=2/,
  ],
  ['that was left', { steps: [{ connections: 1 }, { connections: 0 }] }, /disconnected=2.*\ninteraction=\n/],
  [
    'that was left long ago',
    { steps: [{ lastDisconnectedAt: '2026-11-25T20:00:00Z' }] },
    /disconnected=2026-11-25T20:00:00.000000Z\n/,
  ],
  [
    'whose user has long done nothing',
    { steps: [{ connections: 2 }, { lastInteractionAt: '2026-11-25T20:00:00Z' }] },
    /interaction=2026-11-25T20:00:00.000000Z\n/,
  ],
  ['with idle GPUs', { type: 'g5.12xlarge' }, /gpu=nvidia\ngpu-percent=0\n/],
  [
    'with one GPU at work',
    { type: 'g5.12xlarge', steps: [{ gpuPercents: [3, 97, 0, 0] }] },
    /gpu-percent=97\n/,
  ],
  [
    'whose driver fails',
    { type: 'g4dn.xlarge', steps: [{ nvidiaSmi: 'failing' }] },
    /gpu=failed\ngpu-percent=\n/,
  ],
  ['without a driver', { type: 'g4dn.xlarge', steps: [{ nvidiaSmi: 'missing' }] }, /gpu=none\n/],
  ['whose DCV fails', { steps: [{ connections: 1 }, { dcv: 'down' }] }, /session=failed\nconnections=\n/],
  ['whose DCV is never ready', { steps: [{ dcv: 'never-ready' }] }, /session=failed\n/],
  ['that is booting', { seconds: 60 }, /session=failed\n/],
  ['whose clock is ahead', { steps: [{ connections: 1 }, { clockOffsetSeconds: 3600 }] }, /interaction=2/],
  ['whose clock is behind', { steps: [{ clockOffsetSeconds: -86_400 }] }, /created=2026-11-25/],
];

const offsetOf = ({ steps = [] }: Case) =>
  steps.map((step) => ('clockOffsetSeconds' in step ? Number(step.clockOffsetSeconds) : 0)).at(-1) ?? 0;

async function prepare(
  platform: Platform,
  { type = 'm7i.large', steps = [], ...launch }: Case,
): Promise<string> {
  const id = await hosts.launch(platform, type, launch);
  for (const step of steps) {
    await hosts.steer('PATCH', `/instances/${id}`, step);
    hosts.advance(1);
  }
  return id;
}

describe('a simulated host answers what the real probe prints', () => {
  test.each([...cases, ['without a session', { userData: '#!/bin/bash\n' }, /session=failed\n/] as const])(
    'on a Linux host %s',
    async (_, host, expected) => {
      const id = await prepare('linux', host);
      const programs = await programsOf(id, 'linux', offsetOf(host));
      const answer = await hosts.run(id, 'linux', await readProbe('linux.sh'));
      expect(answer).toEqual({ stdout: await runLinuxProbe('sh', programs), exitCode: 0 });
      expect(answer.stdout).toMatch(expected);
    },
  );

  // PowerShell does not run here: the simulated DCV of a Windows host is asked by the script of Linux hosts.
  test.each(cases)('on a Windows host %s', async (_, host) => {
    const id = await prepare('windows', host);
    const programs = await programsOf(id, 'windows', offsetOf(host));
    const answer = await hosts.run(id, 'windows', await readProbe('windows.ps1'));
    const lines = (await runLinuxProbe('sh', programs)).replaceAll('\n', '\r\n');
    expect(answer).toEqual({ stdout: lines, exitCode: 0 });
  });
});

test('a steered disconnection is gone after the next boot, as DCV’s own is', async () => {
  const id = await prepare('linux', { steps: [{ lastDisconnectedAt: '2026-11-25T20:00:00Z' }] });
  const disconnected = async () => {
    const { stdout } = await hosts.run(id, 'linux', await readProbe('linux.sh'));
    return /^disconnected=(.*)$/m.exec(stdout)?.[1];
  };
  expect(await disconnected()).toBe('2026-11-25T20:00:00.000000Z');
  await hosts.steer('POST', `/instances/${id}/reboot`);
  hosts.advance(100);
  expect(await disconnected()).toBe('');
});
