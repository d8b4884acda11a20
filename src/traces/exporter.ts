/** Sends spans, and tells of a receiver that is away once and not with every batch. */
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

/** Where nothing was lost before, and where something was. */
export interface ExportListener {
  readonly onLost: (error: Error | undefined) => void;
  readonly onBack: () => void;
}

/** Lost spans are told here, so to OpenTelemetry all is well: it has nothing to tell to a log of its own. */
export function createExporter(
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  { onLost, onBack }: ExportListener,
): SpanExporter {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers } });
  let isLost = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, ({ code, error }) => {
        const failed = code !== ExportResultCode.SUCCESS;
        if (failed && !isLost) onLost(error);
        if (!failed && isLost) onBack();
        isLost = failed;
        done({ code: ExportResultCode.SUCCESS });
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
