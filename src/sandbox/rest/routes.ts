/** Which addresses below /services/data/vXX.X there are (REST API guide: "Resources"). */
import {
  changeIngestJob,
  createIngestJob,
  deleteIngestJob,
  listIngestJobs,
  readIngestJob,
  readIngestResults,
  uploadJobData,
} from '../bulk/ingest.ts';
import {
  changeQueryJob,
  createQueryJob,
  deleteQueryJob,
  listQueryJobs,
  readQueryJob,
  readQueryResults,
} from '../bulk/query.ts';
import { batch } from './batch.ts';
import { upsertCollection } from './collection-upsert.ts';
import {
  createCollection,
  deleteCollection,
  readCollection,
  readCollectionByPost,
  updateCollection,
} from './collections.ts';
import type { Handler } from './call.ts';
import { composite } from './composite.ts';
import { basicInformation, describe, describeGlobal } from './describe.ts';
import { readByExternalId, removeByExternalId, upsertByExternalId } from './external-id.ts';
import { limits } from './limits.ts';
import { query, queryAll, queryMore } from './query.ts';
import { getDeleted, getUpdated } from './replication.ts';
import { create, read, remove, update } from './sobject-rows.ts';
import { listResources } from './versions.ts';

export interface Route {
  readonly method: string;
  /** Below /services/data/vXX.X; `{name}` takes one segment. */
  readonly path: string;
  readonly handle: Handler;
  /** What its body is; JSON unless it says otherwise. */
  readonly body?: 'csv';
}

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/', handle: listResources },
  { method: 'GET', path: '/limits', handle: limits },
  { method: 'GET', path: '/query', handle: query },
  { method: 'GET', path: '/queryAll', handle: queryAll },
  { method: 'GET', path: '/query/{locator}', handle: queryMore },
  { method: 'GET', path: '/queryAll/{locator}', handle: queryMore },

  { method: 'GET', path: '/jobs/ingest', handle: listIngestJobs },
  { method: 'POST', path: '/jobs/ingest', handle: createIngestJob },
  { method: 'GET', path: '/jobs/ingest/{job}', handle: readIngestJob },
  { method: 'PATCH', path: '/jobs/ingest/{job}', handle: changeIngestJob },
  { method: 'DELETE', path: '/jobs/ingest/{job}', handle: deleteIngestJob },
  { method: 'PUT', path: '/jobs/ingest/{job}/batches', handle: uploadJobData, body: 'csv' },
  { method: 'GET', path: '/jobs/ingest/{job}/{results}', handle: readIngestResults },

  { method: 'GET', path: '/jobs/query', handle: listQueryJobs },
  { method: 'POST', path: '/jobs/query', handle: createQueryJob },
  { method: 'GET', path: '/jobs/query/{job}', handle: readQueryJob },
  { method: 'PATCH', path: '/jobs/query/{job}', handle: changeQueryJob },
  { method: 'DELETE', path: '/jobs/query/{job}', handle: deleteQueryJob },
  { method: 'GET', path: '/jobs/query/{job}/results', handle: readQueryResults },

  { method: 'GET', path: '/sobjects', handle: describeGlobal },
  { method: 'GET', path: '/sobjects/{sobject}', handle: basicInformation },
  { method: 'POST', path: '/sobjects/{sobject}', handle: create },
  { method: 'GET', path: '/sobjects/{sobject}/describe', handle: describe },
  { method: 'GET', path: '/sobjects/{sobject}/deleted', handle: getDeleted },
  { method: 'GET', path: '/sobjects/{sobject}/updated', handle: getUpdated },
  // A plain insert since v37: the external id field is Id, and there is no value.
  { method: 'POST', path: '/sobjects/{sobject}/Id', handle: create },
  { method: 'GET', path: '/sobjects/{sobject}/{id}', handle: read },
  { method: 'PATCH', path: '/sobjects/{sobject}/{id}', handle: update },
  { method: 'DELETE', path: '/sobjects/{sobject}/{id}', handle: remove },
  { method: 'GET', path: '/sobjects/{sobject}/{field}/{value}', handle: readByExternalId },
  { method: 'PATCH', path: '/sobjects/{sobject}/{field}/{value}', handle: upsertByExternalId },
  { method: 'DELETE', path: '/sobjects/{sobject}/{field}/{value}', handle: removeByExternalId },

  { method: 'POST', path: '/composite', handle: composite },
  { method: 'POST', path: '/composite/batch', handle: batch },
  { method: 'POST', path: '/composite/sobjects', handle: createCollection },
  { method: 'PATCH', path: '/composite/sobjects', handle: updateCollection },
  { method: 'DELETE', path: '/composite/sobjects', handle: deleteCollection },
  { method: 'GET', path: '/composite/sobjects/{sobject}', handle: readCollection },
  { method: 'POST', path: '/composite/sobjects/{sobject}', handle: readCollectionByPost },
  { method: 'PATCH', path: '/composite/sobjects/{sobject}/{field}', handle: upsertCollection },
];
