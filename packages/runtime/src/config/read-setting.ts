import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

export type ReadSetting =
  | { found: true; text: string; source: string }
  | { found: false }
  | { found: false; problem: string };

/**
 * Reads a setting from the variable of its name or of an alias, or from the file that `NAME_FILE` points to (as
 * Docker and Kubernetes mount secrets). An empty variable counts as not set: compose files pass those on.
 */
export function readSetting(env: Environment, names: readonly string[]): ReadSetting {
  for (const name of names) {
    const text = env[name];
    const file = env[`${name}_FILE`];
    if (text && file) return { found: false, problem: `is set twice, directly and by ${name}_FILE` };
    if (text) return { found: true, text, source: name };
    if (file) return readSecretFile(name, file);
  }
  return { found: false };
}

function readSecretFile(name: string, file: string): ReadSetting {
  try {
    return { found: true, text: readFileSync(file, 'utf8').replace(/\r?\n$/, ''), source: `${name}_FILE` };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    return { found: false, problem: `should come from the file ${file} (${name}_FILE), which ${why}` };
  }
}
