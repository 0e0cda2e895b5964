import { type CommandResult, runDcv } from './dcv-command.ts';
import type { HostFacts } from './host-facts.ts';
import { runNvidiaSmi } from './nvidia-smi.ts';
import { answerPermissionScript } from './permission-scripts.ts';
import { answerProbe, isProbe } from './probe.ts';
import type { ScriptedHost } from './scripted-host.ts';

type Environment = Map<string, string>;

// Words, 'literal' and "expanded" strings, and the operators between commands; a redirection is read and dropped.
const token =
  /\s+|#[^\n]*|(?<operator>&&|\|\||;|\n)|(?<redirect>\d?>(?:&\d|\s*\S+))|(?<word>(?:'[^']*'|"[^"]*"|[^\s'"&|;<>]|&(?!&))+)/y;

interface Command {
  /** How the command before must have ended for this one to run. */
  after: '&&' | '||' | ';';
  words: string[];
}

function parse(script: string): Command[] | null {
  const commands: Command[] = [{ after: ';', words: [] }];
  token.lastIndex = 0;
  while (token.lastIndex < script.length) {
    const match = token.exec(script);
    if (!match) return null;
    const operator = match.groups?.operator;
    if (operator)
      commands.push({ after: operator === '&&' || operator === '||' ? operator : ';', words: [] });
    else if (match[0].includes('\n') && !match.groups?.word) commands.push({ after: ';', words: [] });
    else if (match.groups?.word) commands.at(-1)?.words.push(match.groups.word);
  }
  return commands.filter((command) => command.words.length > 0);
}

function expand(word: string, environment: Environment): string {
  const variable = /\$\{?(\w+)\}?/g;
  const withVariables = (text: string) =>
    text.replace(variable, (_, name: string) => environment.get(name) ?? '');
  return word.replace(/'([^']*)'|"([^"]*)"|[^'"]+/g, (part, literal?: string, quoted?: string) => {
    if (literal !== undefined) return literal;
    return withVariables(quoted ?? part);
  });
}

function sourceEnvironment(facts: HostFacts, environment: Environment): CommandResult {
  if (facts.desktop === null) {
    const stderr = 'bash: /etc/deskfleet/session.env: No such file or directory\n';
    return { exitCode: 1, stdout: '', stderr };
  }
  environment.set('DESKFLEET_SESSION_ID', facts.desktop.sessionId);
  environment.set('DESKFLEET_DCV_SESSION_ID', facts.desktop.dcvSessionId);
  environment.set('DESKFLEET_OWNER', facts.desktop.owner);
  environment.set('DESKFLEET_SESSION_TYPE', facts.desktop.sessionType);
  return { exitCode: 0, stdout: '', stderr: '' };
}

const succeeded = (stdout: string): CommandResult => ({ exitCode: 0, stdout, stderr: '' });

function runWindowsProgram(host: ScriptedHost, words: string[]): CommandResult | undefined {
  const facts = host.facts();
  const line = words.join(' ');
  // Whoever asks when Windows came up asks in one of several ways; all contain this name. .NET gives 100 ns digits.
  if (line.includes('LastBootUpTime')) {
    return succeeded(`${new Date(facts.phase.bootedAt ?? 0).toISOString().replace('Z', '0000Z')}\n`);
  }
  const program = words[0] === '&' ? words.slice(1) : words;
  if (/(^|\\)dcv(\.exe)?$/i.test(program[0] ?? '')) return runDcv(host, program.slice(1));
  if (/(^|\\)nvidia-smi(\.exe)?$/i.test(program[0] ?? '')) return runNvidiaSmi(facts, program.slice(1));
  return undefined;
}

function runLinuxProgram(
  host: ScriptedHost,
  words: string[],
  environment: Environment,
): CommandResult | undefined {
  const facts = host.facts();
  const [program, argument] = words[0] === 'sudo' ? words.slice(1) : words;
  if ((program === '.' || program === 'source') && argument === '/etc/deskfleet/session.env') {
    return sourceEnvironment(facts, environment);
  }
  if (program === 'cat' && argument === '/proc/sys/kernel/random/boot_id') {
    return succeeded(`${facts.phase.bootId ?? ''}\n`);
  }
  if (program === 'dcv' || program === '/usr/bin/dcv')
    return runDcv(host, words.slice(words.indexOf(program) + 1));
  if (program === 'nvidia-smi') return runNvidiaSmi(facts, words.slice(words.indexOf(program) + 1));
  return undefined;
}

function run(host: ScriptedHost, words: string[], environment: Environment): CommandResult {
  const [program] = words;
  if (program === 'true' || program === 'set') return succeeded('');
  if (program === 'false') return { exitCode: 1, stdout: '', stderr: '' };
  if (program === 'exit') return { exitCode: Number(words[1] ?? 0), stdout: '', stderr: '' };
  if (program === 'echo') return succeeded(`${words.slice(1).join(' ')}\n`);
  const result =
    host.facts().platform === 'windows'
      ? runWindowsProgram(host, words)
      : runLinuxProgram(host, words, environment);
  return result ?? { exitCode: 127, stdout: '', stderr: `${program}: command not found\n` };
}

/**
 * Runs the script of a Run Command on a simulated host: the few programs that a control plane asks hosts for,
 * joined by newlines, `;`, `&&` and `||`. Anything else is `command not found`, so that nothing seems to work that would not.
 */
export function runScript(host: ScriptedHost, lines: readonly string[]): CommandResult {
  const script = lines.join('\n');
  if (isProbe(script)) return answerProbe(host.facts());
  const answer = answerPermissionScript(host, script);
  if (answer) return answer;
  const commands = parse(script);
  if (commands === null) return { exitCode: 2, stdout: '', stderr: 'syntax error in script\n' };
  const environment: Environment = new Map();
  const total: CommandResult = { exitCode: 0, stdout: '', stderr: '' };
  for (const { after, words } of commands) {
    if (after === '&&' && total.exitCode !== 0) continue;
    if (after === '||' && total.exitCode === 0) continue;
    const expanded = words.map((word) => expand(word, environment));
    const result = run(host, expanded, environment);
    total.exitCode = result.exitCode;
    total.stdout += result.stdout;
    total.stderr += result.stderr;
    if (expanded[0] === 'exit') break;
  }
  return total;
}
