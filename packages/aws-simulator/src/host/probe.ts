import { type CommandResult, dcvAnswersFor, toDcvTime } from './dcv-command.ts';
import { type HostFacts, hostClock } from './host-facts.ts';

const mark = /^# deskfleet-probe 1\r?$/m;

/** Whether a script is a probe of the idle check (services/idle-monitor/probes), which is not run word by word. */
export function isProbe(script: string): boolean {
  return mark.test(script);
}

type Line = [name: string, value: string];

function sessionLines(facts: HostFacts): Line[] {
  const asked = facts.platform === 'windows' ? 'console' : facts.desktop?.dcvSessionId;
  if (asked === undefined || !dcvAnswersFor(facts, asked)) {
    return [
      ['session', 'failed'],
      ['connections', ''],
      ['created', ''],
      ['disconnected', ''],
      ['interaction', ''],
    ];
  }
  const { connections, lastDisconnectedAt, phase } = facts;
  const last = Math.max(...connections.map((connection) => connection.lastInteractionAt));
  return [
    ['session', 'ok'],
    ['connections', String(connections.length)],
    ['created', toDcvTime(facts, phase.dcvSince ?? facts.now)],
    ['disconnected', lastDisconnectedAt === null ? '' : toDcvTime(facts, lastDisconnectedAt)],
    ['interaction', connections.length === 0 ? '' : toDcvTime(facts, last)],
  ];
}

function gpuLines({ gpus }: HostFacts): Line[] {
  const gpu = ({ missing: 'none', failing: 'failed', ok: 'nvidia' } as const)[gpus.nvidiaSmi];
  return [
    ['gpu', gpu],
    ['gpu-percent', gpu === 'nvidia' ? String(Math.max(...gpus.percents)) : ''],
  ];
}

/** What the probe prints on this host; held against the real script by services/idle-monitor/test/simulated-probe.test.ts. */
export function answerProbe(facts: HostFacts): CommandResult {
  const lines: Line[] = [
    ['deskfleet-probe', '1'],
    ['now', `${new Date(hostClock(facts, facts.now)).toISOString().slice(0, 19)}Z`],
    ...sessionLines(facts),
    ...gpuLines(facts),
    ['end', '1'],
  ];
  const lineEnd = facts.platform === 'windows' ? '\r\n' : '\n';
  const stdout = lines.map(([name, value]) => `${name}=${value}${lineEnd}`).join('');
  return { exitCode: 0, stdout, stderr: '' };
}
