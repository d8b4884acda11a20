/** Which machine a request is from, also where proxies stand between (X-Forwarded-For). */
import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';

/**
 * @param proxies addresses and CIDR ranges whose X-Forwarded-For is believed; anybody can send one
 * @throws TypeError that names what is neither
 */
export function clientAddress(proxies: readonly string[]): (request: IncomingMessage) => string {
  const isTrusted = proxyAddress.compile([...proxies]);
  return (request) => proxyAddress(request, isTrusted);
}

/** `10.0.0.0/8, ::1` */
export const parseProxies = (text = ''): readonly string[] => text.split(/[\s,]+/).filter((one) => one !== '');
