import type { ConfigFault } from '@deskfleet/runtime';
import { accessModeSetting, webUrlPathSetting } from '@deskfleet/service-base';
import Type, { type Static } from 'typebox';
import {
  type ConnectionFileOptions,
  certificateValidationPolicies,
  isPlainValue,
  transports,
} from './domain/connection-file.ts';
import { type DesktopAccess, dcvPort } from './domain/locate-desktop.ts';

/** How people reach desktops, and what is in their connection files. */
export const accessSettings = {
  DCV_ACCESS_MODE: accessModeSetting,
  DCV_GATEWAY_HOST: Type.Optional(
    Type.String({
      description:
        'Gateway mode: name or address of the Connection Gateway as clients reach it, with its port where that is not 8443.',
      examples: ['desktops.example.com:443'],
    }),
  ),
  DCV_BASE_URL: Type.Optional(
    Type.String({
      format: 'url',
      description: 'Path mode: the load balancer.',
      examples: ['https://desktops.example.com/desktops'],
    }),
  ),
  DCV_WEB_URL_PATH_TEMPLATE: webUrlPathSetting,
  DCV_CERTIFICATE_VALIDATION_POLICY: Type.Optional(
    Type.Enum([...certificateValidationPolicies], {
      description:
        'What connection files tell clients to do about a certificate that they cannot verify: strict, ask-user or accept-untrusted; without it strict, and ask-user in direct mode, where hosts have certificates of their own making.',
      examples: ['strict'],
    }),
  ),
  DCV_TRANSPORT: Type.Enum([...transports], {
    default: 'websocket',
    description:
      'How clients with a connection file transport the screen: websocket (TCP), or quic (UDP) where the network lets it through; not in path mode.',
    examples: ['quic'],
  }),
};

const AccessSettings = Type.Object(accessSettings);
type AccessConfig = Readonly<Static<typeof AccessSettings>>;

const gatewayHostExample = 'desktops.example.com:443';
const baseUrlExample = 'https://desktops.example.com/desktops';

/** What does not go together. */
export function accessFaults(config: AccessConfig): ConfigFault[] {
  switch (config.DCV_ACCESS_MODE) {
    case 'gateway':
      return gatewayFaults(config);
    case 'path':
      return pathFaults(config);
    case 'direct':
      return isPlainValue(config.DCV_WEB_URL_PATH_TEMPLATE)
        ? []
        : [{ name: 'DCV_WEB_URL_PATH_TEMPLATE', problem: unwritable, example: '/desktops/{host}/' }];
    default:
      return config.DCV_ACCESS_MODE satisfies never;
  }
}

/** How desktops are reached. @throws Error with settings that `accessFaults` finds fault with */
export function accessOf(config: AccessConfig): DesktopAccess {
  switch (config.DCV_ACCESS_MODE) {
    case 'gateway': {
      const gateway = readGatewayHost(config.DCV_GATEWAY_HOST ?? '');
      if (!gateway) throw new Error('DCV_GATEWAY_HOST is no HOST[:PORT].');
      return { mode: 'gateway', ...gateway };
    }
    case 'path':
      if (config.DCV_BASE_URL === undefined) throw new Error('DCV_BASE_URL is not set.');
      return { mode: 'path', baseUrl: config.DCV_BASE_URL };
    case 'direct':
      return { mode: 'direct', webUrlPath: config.DCV_WEB_URL_PATH_TEMPLATE };
    default:
      return config.DCV_ACCESS_MODE satisfies never;
  }
}

export function connectionFileOptionsOf(config: AccessConfig): ConnectionFileOptions {
  const usual = config.DCV_ACCESS_MODE === 'direct' ? 'ask-user' : 'strict';
  return {
    certificateValidationPolicy: config.DCV_CERTIFICATE_VALIDATION_POLICY ?? usual,
    transport: config.DCV_TRANSPORT,
  };
}

const unwritable = 'has characters that cannot stand in a connection file';

function gatewayFaults({ DCV_GATEWAY_HOST: text }: AccessConfig): ConfigFault[] {
  const name = 'DCV_GATEWAY_HOST';
  if (text === undefined) {
    const problem = 'is not set, but DCV_ACCESS_MODE=gateway needs it';
    return [{ name, problem, example: gatewayHostExample }];
  }
  if (readGatewayHost(text) !== null) return [];
  const problem = `is "${text}", which is no name or address with or without a port`;
  return [{ name, problem, example: gatewayHostExample }];
}

function pathFaults({ DCV_BASE_URL: url, DCV_TRANSPORT: transport }: AccessConfig): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (url === undefined) {
    const problem = 'is not set, but DCV_ACCESS_MODE=path needs it';
    faults.push({ name: 'DCV_BASE_URL', problem, example: baseUrlExample });
  } else if (!isPlainValue(new URL(url).pathname)) {
    faults.push({ name: 'DCV_BASE_URL', problem: unwritable, example: baseUrlExample });
  }
  if (transport === 'quic') {
    const problem = 'is "quic", but what routes by path (DCV_ACCESS_MODE=path) speaks HTTP only';
    faults.push({ name: 'DCV_TRANSPORT', problem, example: 'websocket' });
  }
  return faults;
}

const hostAndPort = /^(?<host>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(?<port>[0-9]{1,5}))?$/i;

/** `HOST[:PORT]`, addresses of IPv6 in brackets; null: it is none. */
function readGatewayHost(text: string): { host: string; port: number } | null {
  const { host = '', port = String(dcvPort) } = hostAndPort.exec(text)?.groups ?? {};
  if (!URL.canParse(`https://${host}:${port}/`) || Number(port) === 0) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
