import type { DesktopLocation } from './locate-desktop.ts';

/** What DCV clients may do about a certificate that they cannot verify. */
export const certificateValidationPolicies = ['strict', 'ask-user', 'accept-untrusted'] as const;
export type CertificateValidationPolicy = (typeof certificateValidationPolicies)[number];

/** How DCV clients transport what is on the screen: by TCP or by UDP. */
export const transports = ['websocket', 'quic'] as const;
export type Transport = (typeof transports)[number];

/** What the connection files of a deployment have in common. */
export interface ConnectionFileOptions {
  certificateValidationPolicy: CertificateValidationPolicy;
  transport: Transport;
}

/** The connection of one person to one desktop. */
export interface FiledConnection {
  location: DesktopLocation;
  token: string;
  /** The name by which the host knows the person. */
  user: string;
}

/** A value that would not arrive as it was given, or become lines of its own: it must not have come so far. */
class UnwritableValueError extends Error {
  override name = 'UnwritableValueError';

  constructor(parameter: string) {
    super(`The value of ${parameter} does not fit into one line of a connection file.`);
  }
}

// The format knows neither quotes nor escapes of its own, so only what every reader of INI files takes as it stands may be
// written: GLib's reader takes \ for an escape, others take ; and # for comments, and all trim blanks.
const plain = /^(?!\s)[^\p{C}\p{Zl}\p{Zp}\\"';#]+(?<!\s)$/u;

/** Whether a value can stand in a connection file. */
export function isPlainValue(value: string): boolean {
  return plain.test(value);
}

/**
 * A connection file for DCV's native clients (Amazon DCV User Guide, "Create a connection file").
 * @throws UnwritableValueError
 */
export function connectionFile(
  { location, token, user }: FiledConnection,
  { certificateValidationPolicy, transport }: ConnectionFileOptions,
): string {
  const { host, port, sessionId, webUrlPath, quic } = location;
  const connect: Parameters = {
    host,
    port: String(port),
    webport: String(port),
    ...(quic && { quicport: String(port) }),
    sessionid: sessionId,
    // Beside a token the name is for show, and may be left out; `DOMAIN\name` reads differently from client to client.
    ...(isPlainValue(user) && { user }),
    authtoken: token,
    weburlpath: webUrlPath,
    certificatevalidationpolicy: certificateValidationPolicy,
    transport: quic ? transport : 'websocket',
  };
  const options: Parameters = { fullscreen: 'false', useallmonitors: 'false', promptreconnect: 'true' };
  return [group('version', { format: '1.0' }), group('connect', connect), group('options', options)].join('');
}

type Parameters = Record<string, string>;

function group(name: string, parameters: Parameters): string {
  const lines = Object.entries(parameters).map(([parameter, value]) => {
    if (!isPlainValue(value)) throw new UnwritableValueError(parameter);
    return `${parameter}=${value}\n`;
  });
  return `[${name}]\n${lines.join('')}`;
}
