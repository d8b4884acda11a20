/** One attempt to deliver a message, signed as Standard Webhooks says (standardwebhooks.com). */
import { Webhook as Signer } from 'standardwebhooks';

const TIMEOUT_MS = 10_000;
const SECOND = 1000;

export interface SendRequest {
  readonly url: string;
  readonly secret: string;
  readonly id: string;
  readonly body: string;
  /** Epoch milliseconds: a receiver refuses what is minutes old. */
  readonly now: number;
  readonly userAgent: string;
  readonly stopping?: AbortSignal;
  /** Default 10 s. */
  readonly timeoutMs?: number;
}

export interface SendResult {
  /** Whether the receiver has it: any 2xx. */
  readonly isAccepted: boolean;
  /** Absent where there was no answer. */
  readonly status?: number;
  /** Name or code of the error, where there was none. */
  readonly error?: string;
}

/** Never rejects; follows no redirect, so that what was configured is what is called. */
export async function send(request: SendRequest): Promise<SendResult> {
  const { url, body, timeoutMs = TIMEOUT_MS, stopping } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: signedHeaders(request),
      body,
      redirect: 'manual',
      signal: stopping === undefined ? timeout : AbortSignal.any([timeout, stopping]),
    });
    // Nobody reads it, and it may be without end.
    await answer.body?.cancel();
    return { isAccepted: answer.ok, status: answer.status };
  } catch (error) {
    return { isAccepted: false, error: nameOf(error) };
  }
}

function signedHeaders({ secret, id, body, now, userAgent }: SendRequest): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': userAgent,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / SECOND)),
    'webhook-signature': new Signer(secret).sign(id, new Date(now), body),
  };
}

/** Messages of errors may quote the URL. Those of another realm are no instances of ours. */
function nameOf(error: unknown): string {
  const { name, cause } = error as { readonly name?: string; readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : (name ?? 'unknown');
}
