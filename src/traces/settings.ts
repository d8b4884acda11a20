/**
 * Where traces are sent, as the standard environment variables say it, and what is wrong with them (OpenTelemetry specification,
 * "Environment Variable Specification" and "OpenTelemetry Protocol Exporter"). Loads nothing of OpenTelemetry.
 */

export interface TraceConfig {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  readonly OTEL_EXPORTER_OTLP_PROTOCOL?: 'http/protobuf';
  readonly OTEL_EXPORTER_OTLP_HEADERS?: string;
  readonly OTEL_SERVICE_NAME?: string;
  readonly OTEL_RESOURCE_ATTRIBUTES?: string;
  readonly OTEL_TRACES_SAMPLER: SamplerName;
  readonly OTEL_TRACES_SAMPLER_ARG?: number;
  readonly OTEL_SDK_DISABLED: boolean;
}

type BaseSampler = 'always_on' | 'always_off' | 'traceidratio';
export type SamplerName = BaseSampler | `parentbased_${BaseSampler}`;

export interface TraceSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What each span tells of this process. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  /** Of traces that the traceidratio samplers keep, 0 to 1. */
  readonly ratio: number;
}

const SERVICE_NAME = 'scim-salesforce';

/** @returns undefined when there are no traces. A configuration with faults has none. */
export function readTraces(config: TraceConfig): TraceSettings | undefined {
  const url = urlOf(config);
  if (url === undefined || config.OTEL_SDK_DISABLED) return undefined;
  const resource = readList(config.OTEL_RESOURCE_ATTRIBUTES) ?? {};
  return {
    url,
    headers: readList(config.OTEL_EXPORTER_OTLP_HEADERS) ?? {},
    resource: { ...resource, 'service.name': config.OTEL_SERVICE_NAME ?? resource['service.name'] ?? SERVICE_NAME },
    sampler: config.OTEL_TRACES_SAMPLER,
    ratio: config.OTEL_TRACES_SAMPLER_ARG ?? 1,
  };
}

/** The endpoint of all signals is a base; that of traces is taken as it is. */
function urlOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: all }: TraceConfig) {
  return own ?? (all === undefined ? undefined : `${all.replace(/\/+$/, '')}/v1/traces`);
}

const URL_KEYS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const;
const LIST_KEYS = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_RESOURCE_ATTRIBUTES'] as const;

/** One fault a line; values may hold secrets, so they are not repeated. */
export function traceFaults(config: TraceConfig): readonly string[] {
  const texts = (key: (typeof URL_KEYS | typeof LIST_KEYS)[number], isGood: (text: string) => boolean) =>
    typeof config[key] === 'string' && !isGood(config[key]);
  return [
    ...URL_KEYS.filter((key) => texts(key, isUrl)).map(
      (key) => `${key} must be an http or https URL without user name and password, e.g. http://127.0.0.1:4318`,
    ),
    ...LIST_KEYS.filter((key) => texts(key, (text) => readList(text) !== undefined)).map(
      (key) => `${key} must be name=value, comma separated, with values percent-encoded`,
    ),
  ];
}

function isUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @returns undefined when it is no such list */
function readList(text = ''): Readonly<Record<string, string>> | undefined {
  const pairs = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map(readPair);
  return pairs.every((pair) => pair !== undefined) ? Object.fromEntries(pairs) : undefined;
}

function readPair(text: string): readonly [string, string] | undefined {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at)).trim();
  if (!NAME.test(name)) return undefined;
  try {
    const value = decodeURIComponent(text.slice(at + 1).trim());
    return /[\0\r\n]/.test(value) ? undefined : [name, value];
  } catch {
    return undefined;
  }
}
