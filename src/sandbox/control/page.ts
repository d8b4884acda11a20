/** What a person sees at `/`: the Leads and the call counters, without scripts or foreign resources. */
import { createHash } from 'node:crypto';
import type { Org } from '../org.ts';
import { limitInfo } from '../rest/limits.ts';
import { isDeleted } from '../records/table.ts';
import type { FieldValue, Row } from '../schema/field.ts';

const MAX_ROWS = 200;
const REFRESH_SECONDS = 5;

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0; }
p { margin: .3rem 0 1.2rem; opacity: .75; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .4rem 0; }
th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { font-weight: 600; background: var(--soft); }
.number { text-align: right; }
.counters { width: auto; margin-bottom: 1.5rem; }
`;

const styleHash = createHash('sha256').update(STYLE).digest('base64');

export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (value: FieldValue): string =>
  String(value ?? '').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const cell = (tag: 'td' | 'th', value: FieldValue): string => `<${tag}>${escapeHtml(value)}</${tag}>`;

const timeOf = (value: FieldValue): string =>
  String(value ?? '')
    .replace('T', ' ')
    .slice(0, 19);

const columnsOf = (externalId: string | null): Readonly<Record<string, (row: Row) => FieldValue>> => ({
  Name: (row) => row['Name'] ?? null,
  'E-mail': (row) => row['Email'] ?? null,
  Company: (row) => row['Company'] ?? null,
  Status: (row) => row['Status'] ?? null,
  ...(externalId === null ? {} : { [externalId]: (row: Row) => row[externalId] ?? null }),
  Id: (row) => row['Id'] ?? null,
  'Created (UTC)': (row) => timeOf(row['CreatedDate'] ?? null),
  'Modified (UTC)': (row) => timeOf(row['LastModifiedDate'] ?? null),
});

function renderLeads(org: Org, rows: readonly Row[], shown: readonly Row[]): string {
  const columns = columnsOf(org.config.externalIdField);
  const head = Object.keys(columns)
    .map((name) => cell('th', name))
    .join('');
  const line = (row: Row): string =>
    `<tr>${Object.values(columns)
      .map((read) => cell('td', read(row)))
      .join('')}</tr>`;
  const caption =
    rows.length > shown.length ? `Leads: the newest ${shown.length} of ${rows.length}` : `Leads: ${rows.length}`;
  return `<div class="scroll"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${shown.map(line).join('\n')}</tbody></table></div>`;
}

function renderCalls(org: Org): string {
  const { total, token, api, byRoute } = org.calls.report();
  const line = ([route, count]: [string, number]): string =>
    `<tr>${cell('td', route)}<td class="number">${count}</td></tr>`;
  const caption = `API calls: ${api}, token requests: ${token}, all: ${total} (${limitInfo(org)})`;
  return `<table class="counters"><caption>${caption}</caption><tbody>${Object.entries(byRoute).map(line).join('\n')}</tbody></table>`;
}

export function renderPage(org: Org): string {
  const table = org.tableOf(org.typeNamed('Lead'));
  const rows = [...table.all()].filter((row) => !isDeleted(row)).reverse();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>Salesforce stand-in</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Salesforce stand-in</h1>
<p>Leads of an org that this process plays. Not Salesforce; reloads every ${REFRESH_SECONDS} seconds.</p>
${renderCalls(org)}
${renderLeads(org, rows, rows.slice(0, MAX_ROWS))}
</body>
</html>
`;
}
