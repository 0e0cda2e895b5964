import { spawn } from 'node:child_process';
import path from 'node:path';

/** How a program ended and what it printed. */
export interface ProgramEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of this package to its end, with only this environment besides PATH. */
export function runProgram(
  file: 'main.ts' | 'token.ts',
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> },
): Promise<ProgramEnd> {
  const script = path.join(import.meta.dirname, '../src', file);
  const child = spawn(process.execPath, [script, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
  const end: ProgramEnd = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    end.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    end.stderr += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...end, code })));
}
