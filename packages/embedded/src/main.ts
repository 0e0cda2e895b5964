import path from 'node:path';
import { type EmbeddedSettings, readEmbeddedSettings } from './embedded-settings.ts';
import { createLogPrinter } from './log-printer.ts';
import { repositoryRoot } from './project-folders.ts';
import { startEmbedded } from './start-embedded.ts';
import { StartError } from './start-error.ts';
import { untilInterrupted } from './until-interrupted.ts';
import { USAGE, welcome } from './welcome.ts';

const [option] = process.argv.slice(2);
if (option === '--help' || option === '-h') {
  process.stdout.write(USAGE);
} else if (option) {
  process.stderr.write(`There is no option "${option}".\n\n${USAGE}`);
  process.exitCode = 1;
} else {
  process.exitCode = await main();
}
// Whatever a library still holds open: everything of ours has been stopped.
process.exit();

async function main(): Promise<number> {
  const interrupted = untilInterrupted();
  try {
    await run(readEmbeddedSettings(process.env), interrupted);
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) {
      process.stdout.write('stopped before it was ready\n');
      return 0;
    }
    const known = error instanceof StartError;
    process.stderr.write(`${known ? error.message : String((error as Error).stack ?? error)}\n`);
    return 1;
  }
}

async function run(
  settings: EmbeddedSettings,
  interrupted: ReturnType<typeof untilInterrupted>,
): Promise<void> {
  const say = (text: string) => process.stdout.write(text);
  const printer = createLogPrinter(say, process.stdout.isTTY === true);
  const startedAt = performance.now();
  let stopping = false;
  const system = await startEmbedded({
    ...settings,
    onLog: printer.line,
    onEvent: (event) => stopping || printer.event(event),
    onProgress: (step) => say(`${step} …\n`),
    signal: interrupted.signal,
  });
  const isDefault = settings.dataDir === path.join(repositoryRoot, '.deskfleet');
  say(welcome(system.urls, settings.dataDir, isDefault));
  say(`  Ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s. Ctrl-C stops everything.\n\n`);
  await interrupted.first;
  stopping = true;
  say('\nstopping … (Ctrl-C again to force)\n');
  void interrupted.second.then(() => system.stop({ force: true }));
  await system.stop();
  say('stopped\n');
}
