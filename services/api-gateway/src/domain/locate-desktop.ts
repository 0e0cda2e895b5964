/** How clients reach the hosts (DCV_ACCESS_MODE). */
export type DesktopAccess =
  /** By an Amazon DCV Connection Gateway, which asks token-service where a session is. */
  | { mode: 'gateway'; host: string; port: number }
  /** At their own address; `{host}` in the path is that address. */
  | { mode: 'direct'; webUrlPath: string }
  /** By a load balancer that routes `/<host>/`. */
  | { mode: 'path'; baseUrl: string };

/** The desktop that somebody wants to reach. */
export interface WantedDesktop {
  /** The id of the session here. */
  sessionId: string;
  /** The id of the session on its DCV server. */
  dcvSessionId: string;
  /** The address of its host. */
  privateIp: string;
}

/** What a client must know to reach a desktop. */
export interface DesktopLocation {
  scheme: 'https' | 'http';
  /** A name or an address; without brackets also where it is of IPv6. */
  host: string;
  port: number;
  /** Starts and ends with a slash. */
  webUrlPath: string;
  /** The session's id for whoever answers there. */
  sessionId: string;
  /** Whether QUIC (UDP) can get through: load balancers that route by path speak HTTP only. */
  quic: boolean;
}

/** Where DCV servers and Connection Gateways listen unless their configuration says otherwise. */
export const dcvPort = 8443;

/** Where a desktop is reached: the one answer for addresses and connection files. */
export function locateDesktop(access: DesktopAccess, desktop: WantedDesktop): DesktopLocation {
  const { privateIp, sessionId, dcvSessionId } = desktop;
  switch (access.mode) {
    case 'gateway': {
      const { host, port } = access;
      // All hosts share this address, and every Windows host calls its session `console`: the resolver is asked by our id.
      return { scheme: 'https', host, port, webUrlPath: '/', sessionId, quic: true };
    }
    case 'direct': {
      const webUrlPath = withEndingSlash(access.webUrlPath.replaceAll('{host}', privateIp));
      const at = { host: privateIp, port: dcvPort, webUrlPath };
      return { scheme: 'https', ...at, sessionId: dcvSessionId, quic: true };
    }
    case 'path': {
      const { scheme, host, port, pathname } = partsOf(access.baseUrl);
      const webUrlPath = `${withEndingSlash(pathname)}${privateIp}/`;
      return { scheme, host, port, webUrlPath, sessionId: dcvSessionId, quic: false };
    }
    default:
      return access satisfies never;
  }
}

/** A host as it stands in a URL: addresses of IPv6 in brackets (RFC 3986). */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function withEndingSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

function partsOf(baseUrl: string) {
  const { protocol, hostname, port, pathname } = new URL(baseUrl);
  const scheme = protocol === 'http:' ? ('http' as const) : ('https' as const);
  const standardPort = scheme === 'http' ? 80 : 443;
  return { scheme, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || standardPort), pathname };
}
