import type { EmbeddedSettings } from './embedded-settings.ts';
import type { Ports } from './remembered.ts';

interface Choices {
  settings: EmbeddedSettings;
  ports: Ports;
}

/** How the services are told to reach desktops. */
export function simulatedAccess({ settings, ports }: Choices): Record<string, string> {
  const { simulatedAccess: mode, env } = settings;
  const DCV_WEB_URL_PATH_TEMPLATE = env.DCV_WEB_URL_PATH_TEMPLATE ?? '/';
  switch (mode) {
    case 'gateway':
      return {
        DCV_ACCESS_MODE: mode,
        DCV_GATEWAY_HOST: `localhost:${ports.connectionGateway}`,
        DCV_WEB_URL_PATH_TEMPLATE,
      };
    case 'direct':
      return { DCV_ACCESS_MODE: mode, DCV_WEB_URL_PATH_TEMPLATE };
    case 'path':
      return {
        DCV_ACCESS_MODE: mode,
        DCV_BASE_URL: `http://localhost:${ports.awsSimulator}/desktops`,
        DCV_WEB_URL_PATH_TEMPLATE: '/desktops/{host}/',
      };
    default:
      return mode satisfies never;
  }
}

/** The ways that the simulator opens for that; it always has a load balancer. */
export function simulatedWays({ settings, ports }: Choices): Record<string, string> {
  switch (settings.simulatedAccess) {
    case 'gateway':
      return {
        SIM_GATEWAY_PORT: String(ports.connectionGateway),
        SIM_RESOLVER_URL: `http://127.0.0.1:${ports.tokenService}`,
      };
    case 'direct':
      return {
        SIM_DCV_PORT: '8443',
        // Another copy on this machine has another port, and so other addresses: the DCV port is the same for all.
        SIM_ADDRESS_OFFSET: String(ports.awsSimulator * 8),
      };
    case 'path':
      return {};
    default:
      return settings.simulatedAccess satisfies never;
  }
}
