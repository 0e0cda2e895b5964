import type { SessionConnection } from '@deskfleet/contracts';

/** How clients reach the hosts: at their own address, or by a load balancer that routes `/<host>/`. */
export type DesktopAccess = { mode: 'direct' } | { mode: 'path'; baseUrl: string };

export interface ConnectionTarget {
  privateIp: string;
  token: string;
  /** The id of the session on its DCV server. */
  dcvSessionId: string;
}

/** Where a DCV server listens unless its dcv.conf says otherwise. */
const dcvPort = 8443;

/** The addresses that open a desktop (Amazon DCV User Guide: `…?authToken=TOKEN#SESSIONID`). */
export function connectionUrls(
  access: DesktopAccess,
  { privateIp, token, dcvSessionId }: ConnectionTarget,
): Pick<SessionConnection, 'browserUrl' | 'nativeUrl'> {
  const base =
    access.mode === 'direct' ? `https://${privateIp}:${dcvPort}` : `${access.baseUrl}/${privateIp}`;
  const url = new URL(`${base}/`);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const secret = `?authToken=${encodeURIComponent(token)}#${encodeURIComponent(dcvSessionId)}`;
  return {
    browserUrl: `${url.href}${secret}`,
    // The load balancer finds the host by the path, so the native client must send it as well.
    nativeUrl: `dcv://${url.hostname}:${port}${url.pathname}${secret}`,
  };
}
