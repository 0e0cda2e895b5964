import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** True when a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a running process, arguments joined by spaces; '' when there is none. */
export async function commandLineOf(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    return psColumn(pid, 'command');
  }
}

/**
 * When a process started, as text that two processes with the same id never share; '' when there is none.
 * Process ids are used again, above all after a reboot.
 */
export async function startTimeOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // Field 22 of proc(5) is the start time; the fields are counted after the name, which may hold spaces.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${bootId.trim()}:${ticks}`;
  } catch {
    return psColumn(pid, 'lstart');
  }
}

async function psColumn(pid: number, column: string): Promise<string> {
  // Linux has /proc; a process missing there is gone, and small images have no ps.
  if (process.platform === 'linux') return '';
  return run('ps', ['-p', String(pid), '-o', `${column}=`]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}
