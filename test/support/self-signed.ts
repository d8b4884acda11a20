/** A certificate for loopback that nobody signed, made when it is needed: no key lies in the repository. */
import { generate } from 'selfsigned';

export async function selfSigned(): Promise<{ readonly key: string; readonly cert: string }> {
  const extensions = [{ name: 'subjectAltName' as const, altNames: [{ type: 7 as const, ip: '127.0.0.1' }] }];
  const pair = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', extensions });
  return { key: pair.private, cert: pair.cert };
}
