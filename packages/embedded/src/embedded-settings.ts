import path from 'node:path';
import { repositoryRoot } from './project-folders.ts';
import { StartError } from './start-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const accessModes = ['path', 'gateway', 'direct'] as const;
export type AccessMode = (typeof accessModes)[number];

/** What the person who starts the system chooses. */
export interface EmbeddedSettings {
  /** Port of the gateway on 127.0.0.1. */
  port: number;
  dataDir: string;
  /** `real`: session-manager talks to AWS (or to AWS_ENDPOINT_URL), and no simulator is started. */
  aws: 'simulator' | 'real';
  /** How simulated desktops are reached; real ones as the services' settings say. */
  simulatedAccess: AccessMode;
  /** The environment that the services inherit. */
  env: Environment;
}

/** Reads PORT, DESKFLEET_DATA_DIR, DESKFLEET_AWS and DCV_ACCESS_MODE. @throws StartError naming every value that is wrong */
export function readEmbeddedSettings(env: Environment): EmbeddedSettings {
  const port = Number(env.PORT || 8080);
  const aws = env.DESKFLEET_AWS || 'simulator';
  const faults: string[] = [];
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    faults.push(`PORT is "${env.PORT}" and must be a port number such as 8080`);
  }
  if (aws !== 'simulator' && aws !== 'real') {
    faults.push(`DESKFLEET_AWS is "${aws}" and must be "simulator" or "real"`);
  }
  if (aws === 'real' && !env.AWS_REGION) {
    faults.push('DESKFLEET_AWS=real also needs AWS_REGION, such as eu-central-1');
  }
  const simulatedAccess = accessModes.find((mode) => mode === (env.DCV_ACCESS_MODE || 'path'));
  if (simulatedAccess === undefined) {
    faults.push(`DCV_ACCESS_MODE is "${env.DCV_ACCESS_MODE}" and must be "path", "gateway" or "direct"`);
  }
  if (faults.length > 0 || simulatedAccess === undefined) throw new StartError(`${faults.join('; ')}.`);
  return { port, dataDir: readDataDir(env), aws: aws as EmbeddedSettings['aws'], simulatedAccess, env };
}

/** DESKFLEET_DATA_DIR, else `.deskfleet` in the repository. */
export function readDataDir(env: Environment): string {
  return path.resolve(env.DESKFLEET_DATA_DIR || path.join(repositoryRoot, '.deskfleet'));
}
