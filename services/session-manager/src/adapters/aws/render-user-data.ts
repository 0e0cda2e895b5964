import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { OperatingSystem } from '@deskfleet/contracts';
import type { RenderedUserData } from '../../application/ports.ts';
import type { HostSettings, HostSpec } from '../../domain/host-spec.ts';
import { hostValuesOf } from '../../domain/host-values.ts';

/** The parts of a host's bootstrap script, in order: bootstrap/linux/*.sh and bootstrap/windows/*.ps1. */
const parts: Record<OperatingSystem, { folder: string; extension: string; names: string[] }> = {
  linux: {
    folder: 'linux',
    extension: 'sh',
    names: [
      ...['start', 'log', 'platform', 'ssm-agent', 'mounts', 'hook', 'account'],
      ...['desktop', 'grid-driver', 'dcv-server', 'dcv-session', 'main'],
    ],
  },
  windows: {
    folder: 'windows',
    extension: 'ps1',
    names: ['start', 'log', 'hook', 'account', 'autologon', 'grid-driver', 'dcv', 'main'],
  },
};

/** Where the values go in a script. */
const valuesMarker = '# deskfleet:values\n';

/** EC2 User Guide, "Run commands when you launch an EC2 instance with user data input": 16 KB before base64. */
export const userDataLimitBytes = 16_384;

/**
 * Renders the user data of a session's host. Values travel as base64 in assignments of their own: whatever a name
 * contains, it is data and never part of a command. The same spec gives the same bytes.
 */
export function createUserDataRenderer(settings: HostSettings): (spec: HostSpec) => RenderedUserData {
  const scripts = { linux: scriptOf('linux'), windows: compact(scriptOf('windows')) };
  return (spec) => {
    const values = assignments(spec.os, hostValuesOf(spec, settings));
    const script = scripts[spec.os].replace(valuesMarker, () => values);
    // cloud-init unpacks gzip; EC2Launch does not.
    const userData = spec.os === 'linux' ? gzipSync(script, { level: 9 }) : Buffer.from(script, 'utf8');
    if (userData.length > userDataLimitBytes) return { fault: tooLarge(spec, userData.length) };
    return { userData: userData.toString('base64') };
  };
}

function scriptOf(os: OperatingSystem): string {
  const { folder, extension, names } = parts[os];
  const texts = names.map((name) => {
    const file = new URL(`../../../bootstrap/${folder}/${name}.${extension}`, import.meta.url);
    return readFileSync(file, 'utf8');
  });
  return texts.join('\n');
}

/** Without gzip every byte counts: comments and indentation stay here. */
function compact(script: string): string {
  const lines = script.split('\n').filter((line) => `${line}\n` === valuesMarker || !/^\s*(#|$)/.test(line));
  return lines.map((line) => `${line.trimStart()}\n`).join('');
}

function assignments(os: OperatingSystem, values: Record<string, string>): string {
  const assign = os === 'windows' ? (name: string) => `$${name} = ` : (name: string) => `${name}=`;
  return Object.entries(values)
    .map(
      ([name, value]) => `${assign(`DESKFLEET_${name}`)}'${Buffer.from(value, 'utf8').toString('base64')}'\n`,
    )
    .join('');
}

function tooLarge({ hookScript, mounts }: HostSpec, bytes: number) {
  const hookBytes = Buffer.byteLength(hookScript ?? '', 'utf8');
  return {
    code: 'user-data-too-large',
    sentence:
      `What this software stack gives its hosts to start with is ${bytes - userDataLimitBytes} bytes more than EC2 takes. ` +
      `Ask your administrator to shorten its hook script (${hookBytes} bytes) or its list of ${mounts.length} mounts.`,
  };
}
