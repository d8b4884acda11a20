/** How tests and people steer the stand-in: records, calls, faults, switches, reset (no authentication; loopback). */
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { settleJobs } from '../bulk/process-job.ts';
import { SalesforceError } from '../errors.ts';
import { parseId } from '../ids.ts';
import type { Org } from '../org.ts';
import { isObject } from '../records/read-body.ts';
import { renderRecord } from '../records/render.ts';
import { deleteRecord, findRecord } from '../records/save.ts';
import { isDeleted } from '../records/table.ts';
import { asAdministrator, convertLead, emptyRecycleBin, mergeLeads, undelete } from '../records/user-actions.ts';
import type { Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { readFaults } from './faults.ts';
import { PAGE_HEADERS, renderPage } from './page.ts';

const baseOf = (org: Org): string => `/services/data/v${org.config.maxApiVersion}.0`;

const render = (org: Org, type: SObjectType, row: Row) => renderRecord(baseOf(org), type, row, type.fields);

function readBody(request: FastifyRequest): unknown {
  const text = Buffer.isBuffer(request.body) ? request.body.toString() : '';
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TypeError('the body must be JSON', { cause: error });
  }
}

function listRecords(org: Org, sobject: string) {
  const type = org.typeNamed(sobject);
  const live = [...org.tableOf(type).all()].filter((row) => !isDeleted(row));
  return live.map((row) => render(org, type, row));
}

const renderLead = (org: Org, row: Row) => render(org, org.typeNamed('Lead'), row);

function merge(org: Org, id: string, body: unknown) {
  const losers = isObject(body) ? body['losers'] : undefined;
  if (!Array.isArray(losers) || !losers.every((item) => typeof item === 'string'))
    throw new TypeError('losers: must be a list of Lead ids');
  return renderLead(org, mergeLeads(org, id, losers));
}

function restore(org: Org, { sobject, id }: Params) {
  const type = org.typeNamed(sobject);
  return render(org, type, undelete(org, type, parseId(id) ?? id));
}

/** As another user would, who asks no client of the API. */
function remove(org: Org, { sobject, id }: Params): void {
  const type = org.typeNamed(sobject);
  if (!type.writeable) throw new TypeError(`no record of ${type.name} can be deleted`);
  deleteRecord(asAdministrator(org), type, findRecord(org, type, id));
}

interface Params {
  sobject: string;
  id: string;
}

function addRecords(app: FastifyInstance, org: Org): void {
  app.get<{ Params: Params }>('/sandbox/records/:sobject', (request) => listRecords(org, request.params.sobject));
  app.post<{ Params: Params }>('/sandbox/records/Lead/:id/convert', ({ params }) =>
    renderLead(org, convertLead(org, params.id)),
  );
  app.post<{ Params: Params }>('/sandbox/records/Lead/:id/merge', (request) =>
    merge(org, request.params.id, readBody(request)),
  );
  app.post<{ Params: Params }>('/sandbox/records/:sobject/:id/undelete', ({ params }) => restore(org, params));
  app.delete<{ Params: Params }>('/sandbox/records/:sobject/:id', ({ params }, reply) => {
    remove(org, params);
    return reply.code(204).send();
  });
  app.delete('/sandbox/recycle-bin', (_request, reply) => {
    emptyRecycleBin(org);
    return reply.code(204).send();
  });
}

function addSwitches(app: FastifyInstance, org: Org): void {
  app.get('/sandbox/config', () => org.config);
  app.patch('/sandbox/config', (request) => {
    org.configure(readBody(request));
    return org.config;
  });
  app.get('/sandbox/faults', () => org.faults);
  app.post('/sandbox/faults', (request) => (org.faults = readFaults(readBody(request))));
}

function addLife(app: FastifyInstance, org: Org): void {
  app.get('/sandbox/calls', () => org.calls.report());
  app.post('/sandbox/reset', (_request, reply) => {
    org.reset();
    return reply.code(204).send();
  });
  app.delete('/sandbox/sessions', (_request, reply) => {
    org.sessions.clear();
    return reply.code(204).send();
  });
}

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** A web page elsewhere must not steer the stand-in through its visitor's browser, nor one that calls this machine its own. */
const isForeign = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined && (headers.origin !== `http://${headers.host ?? ''}` || !LOOPBACK.test(headers.origin));

const statusOf = (error: unknown): number => {
  if (error instanceof SalesforceError) return error.status;
  return error instanceof TypeError ? 400 : 500;
};

/** The control's routes; a request they cannot use is answered `{error}` with a sentence that says why. */
export const addControl =
  (org: Org): FastifyPluginCallback =>
  (app, _options, done) => {
    app.setErrorHandler((error, _request, reply) =>
      reply.code(statusOf(error)).send({ error: error instanceof Error ? error.message : String(error) }),
    );
    app.addHook('onRequest', async (request, reply) => {
      settleJobs(org);
      if (isForeign(request)) await reply.code(403).send({ error: 'requests from other origins are refused' });
    });
    app.get('/', (_request, reply) => reply.headers(PAGE_HEADERS).send(renderPage(org)));
    // Where Salesforce has a page for each Lead, the stand-in has its list.
    app.get('/:leadId(^00Q[0-9A-Za-z]{12,15}$)', (_request, reply) => reply.redirect('/'));
    addRecords(app, org);
    addSwitches(app, org);
    addLife(app, org);
    done();
  };
