/** A receiver of traces over real HTTP, which decodes what the real exporter sends (opentelemetry-proto, trace/v1/trace.proto). */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bytesOf, messagesOf, numberOf, readMessage, textOf, type Message } from './protobuf.ts';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly string[];
  readonly isError: boolean;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface TraceReceiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** Everything as it came. */
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer }[];
  close(): Promise<void>;
}

export interface Behaviour {
  /** Takes requests and answers none of them. */
  readonly isSilent?: boolean;
  readonly status?: number;
}

export async function startTraceReceiver({ isSilent = false, status = 200 }: Behaviour = {}): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: TraceReceiver['requests'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      requests.push({ path: request.url ?? '', headers: request.headers, body });
      spans.push(...spansIn(body));
      if (!isSilent) response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const ERROR = 2;

const spansIn = (body: Buffer): readonly ReceivedSpan[] =>
  messagesOf(readMessage(body), 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messagesOf(resourceSpans, 1)[0], 1);
    return messagesOf(resourceSpans, 2)
      .flatMap((scopeSpans) => messagesOf(scopeSpans, 2))
      .map((span) => toSpan(span, resource));
  });

const toSpan = (span: Message, resource: ReceivedSpan['resource']): ReceivedSpan => ({
  traceId: bytesOf(span, 1).toString('hex'),
  spanId: bytesOf(span, 2).toString('hex'),
  parentSpanId: bytesOf(span, 4).toString('hex'),
  name: textOf(span, 5),
  kind: KINDS[numberOf(span, 6)] ?? '',
  startedAt: millisecondsOf(span, 7),
  endedAt: millisecondsOf(span, 8),
  attributes: attributesOf(span, 9),
  links: messagesOf(span, 13).map((link) => bytesOf(link, 2).toString('hex')),
  isError: messagesOf(span, 15).some((status) => numberOf(status, 3) === ERROR),
  resource,
});

const millisecondsOf = (span: Message, field: number): number => Number(bytesOf(span, field).readBigUInt64LE()) / 1e6;

const attributesOf = (message: Message | undefined, field: number): Readonly<Record<string, unknown>> =>
  Object.fromEntries(messagesOf(message, field).map((pair) => [textOf(pair, 1), valueOf(messagesOf(pair, 2)[0])]));

function valueOf(value: Message | undefined): unknown {
  if (value?.has(1)) return textOf(value, 1);
  if (value?.has(3)) return numberOf(value, 3);
  return value?.has(4) ? bytesOf(value, 4).readDoubleLE() : undefined;
}
