/**
 * The way through a proxy: tunnels that are kept and used again, as connections without one are. Axios opens one for each
 * request, which costs the round trips of two handshakes with every call.
 */
import type { AgentOptions } from 'node:https';
import { HttpsProxyAgent } from 'hpagent';
import { getProxyForUrl } from 'proxy-from-env';

export class Tunnels {
  readonly #options: AgentOptions;
  readonly #agents = new Map<string, HttpsProxyAgent>();

  /** @param options of each agent; its `timeout` bounds what a proxy takes to open a tunnel */
  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /**
   * @param url of the request
   * @returns undefined where HTTPS_PROXY and NO_PROXY ask for no tunnel
   * @throws TypeError when HTTPS_PROXY is no URL
   */
  agentFor(url: string): HttpsProxyAgent | undefined {
    const proxy = url.startsWith('https:') ? getProxyForUrl(url) : '';
    return proxy === '' ? undefined : this.#agentOf(proxy);
  }

  destroy(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agentOf(proxy: string): HttpsProxyAgent {
    const known = this.#agents.get(proxy);
    if (known) return known;
    const agent = new HttpsProxyAgent({ ...this.#options, proxy });
    this.#agents.set(proxy, agent);
    return agent;
  }
}

/** @returns the HTTP status with which a proxy refused a tunnel, which only hpagent's message tells */
export const refusedTunnel = (message: string): string | undefined => /^Bad response: (\d+)$/.exec(message)?.[1];
