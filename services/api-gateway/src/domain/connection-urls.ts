import type { SessionConnection } from '@deskfleet/contracts';
import { type DesktopLocation, inUrl } from './locate-desktop.ts';

/** The addresses that open a desktop (Amazon DCV User Guide: `…?authToken=TOKEN#SESSIONID`). */
export function connectionUrls(
  { scheme, host, port, webUrlPath, sessionId }: DesktopLocation,
  token: string,
): Pick<SessionConnection, 'browserUrl' | 'nativeUrl'> {
  const secret = `?authToken=${encodeURIComponent(token)}#${encodeURIComponent(sessionId)}`;
  const place = `${inUrl(host)}:${port}${webUrlPath}`;
  return {
    // Browsers leave a scheme's own port out; so do we, where people may see the address.
    browserUrl: `${new URL(`${scheme}://${place}`).href}${secret}`,
    nativeUrl: `dcv://${place}${secret}`,
  };
}
