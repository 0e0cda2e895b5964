/** One thing that is wrong with one setting. */
export interface ConfigFault {
  /** The environment variable. */
  name: string;
  /** What is wrong, to be read after the name: `is "abc", which is not a whole number`. */
  problem: string;
  /** A value that would do. */
  example?: string;
}

/** The configuration cannot be used. The message lists every fault, for the operator to mend all at once. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly faults: readonly ConfigFault[];

  constructor(service: string, faults: readonly ConfigFault[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`The configuration of ${service} has ${count}:\n${faults.map(lineOf).join('\n')}`);
    this.faults = faults;
  }
}

function lineOf({ name, problem, example }: ConfigFault): string {
  return `- ${name} ${problem}.${example === undefined ? '' : ` Example: ${name}=${example}`}`;
}
