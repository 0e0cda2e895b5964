import type { TObject } from 'typebox';
import { configSchema as apiGateway } from '../services/api-gateway/src/config.ts';
import { configSchema as idleMonitor } from '../services/idle-monitor/src/config.ts';
import { configSchema as scheduler } from '../services/scheduler/src/config.ts';
import { configSchema as sessionManager } from '../services/session-manager/src/config.ts';
import { configSchema as tokenService } from '../services/token-service/src/config.ts';

interface Setting {
  description?: string;
  default?: unknown;
  examples?: unknown[];
  aliases?: string[];
}

const services: Record<string, TObject> = {
  'api-gateway': apiGateway,
  'session-manager': sessionManager,
  scheduler,
  'idle-monitor': idleMonitor,
  'token-service': tokenService,
};

const introduction = `# Configuration

Every setting is an environment variable, checked at start: all faults are told at once, with the variable, what is wrong
and an example. True/False, 1/0, yes/no and on/off are booleans; lists are separated by commas; an empty variable counts as
not set. Any setting may come from a file instead: \`NAME_FILE\` names it, as Docker and Kubernetes mount secrets. Unknown
\`DCV_*\` and \`DESKFLEET_*\` names are warned about.

This page is made from the services' schemas by \`npm run docs\`.
`;

/** docs/configuration.md: every setting of every service, from the schemas that check them. */
export function configurationPage(): string {
  const sections = Object.entries(services).map(([service, schema]) => {
    const required = new Set((schema as { required?: string[] }).required ?? []);
    const rows = Object.entries(schema.properties).map(([name, setting]) =>
      row(name, setting as Setting, required),
    );
    return [`## ${service}`, '', '| name | default | meaning |', '|---|---|---|', ...rows].join('\n');
  });
  return `${[introduction.trimEnd(), ...sections].join('\n\n')}\n`;
}

function row(name: string, setting: Setting, required: Set<string>): string {
  const names = [name, ...(setting.aliases ?? [])].map((each) => `\`${each}\``).join(', also ');
  const fallback =
    setting.default !== undefined ? shown(setting.default) : required.has(name) ? '**required**' : '–';
  const example = setting.examples?.[0] === undefined ? '' : ` Example: \`${text(setting.examples[0])}\`.`;
  const meaning = (setting.description ?? '').replace(/\.?$/, '.');
  return `| ${names} | ${fallback} | ${meaning}${example} |`;
}

function shown(value: unknown): string {
  const asText = text(value);
  return asText === '' ? '–' : `\`${asText}\``;
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return String(value).replaceAll('|', '\\|');
}
