import type { CommandResult } from './dcv-command.ts';
import type { HostFacts } from './host-facts.ts';

const question = ['--query-gpu=utilization.gpu', '--format=csv,noheader,nounits'];
// What the real one says and how it ends when its driver does not answer.
const driverFailed: CommandResult = {
  exitCode: 9,
  stdout:
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. " +
    'Make sure that the latest NVIDIA driver is installed and running.\n\n',
  stderr: '',
};

/** Runs the `nvidia-smi` program of a host: one line per GPU. Undefined where the host has none. */
export function runNvidiaSmi({ gpus }: HostFacts, args: readonly string[]): CommandResult | undefined {
  if (gpus.nvidiaSmi === 'missing') return undefined;
  if (gpus.nvidiaSmi === 'failing') return driverFailed;
  if (args.length !== question.length || !question.every((argument) => args.includes(argument))) {
    return { exitCode: 1, stdout: `The simulator answers nvidia-smi ${question.join(' ')}\n`, stderr: '' };
  }
  return { exitCode: 0, stdout: gpus.percents.map((percent) => `${percent}\n`).join(''), stderr: '' };
}
