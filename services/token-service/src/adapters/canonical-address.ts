import { isIPv4, isIPv6, SocketAddress } from 'node:net';

const ipv4Mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/**
 * The one spelling of an IP address by which addresses from sockets, proxies and EC2 are compared: IPv6 compressed and in
 * lower case, IPv4 that arrived on an IPv6 socket as IPv4. Null for what is no address.
 */
export function canonicalAddress(text: string | null | undefined): string | null {
  if (!text) return null;
  if (isIPv4(text)) return text;
  if (!isIPv6(text)) return null;
  const { address } = new SocketAddress({ address: text.replace(/%.*$/, ''), family: 'ipv6' });
  return ipv4Mapped.exec(address)?.[1] ?? address;
}
