/** What a client is told about a bulk job (Bulk API 2.0: "Get Information About an Ingest Job", "… a Query Job"). */
import type { Org } from '../org.ts';
import type { Call } from '../rest/call.ts';
import type { IngestJob, Job, QueryJob } from './job.ts';

const sharedInfo = (job: Job) => ({
  id: job.id,
  operation: job.operation,
  object: job.object,
  createdById: job.createdById,
  createdDate: job.createdDate,
  systemModstamp: job.systemModstamp,
  state: job.state,
  concurrencyMode: 'Parallel',
  contentType: 'CSV',
  apiVersion: job.version,
  lineEnding: job.format.lineEnding,
  columnDelimiter: job.format.columnDelimiter,
});

/** What is known from the beginning; optional parts are absent, not null. */
const ingestInfo = (job: IngestJob) => ({
  ...sharedInfo(job),
  ...(job.externalIdFieldName !== null && { externalIdFieldName: job.externalIdFieldName }),
  ...(job.assignmentRuleId !== null && { assignmentRuleId: job.assignmentRuleId }),
  // Without a slash before it, and only while data can be uploaded.
  ...(job.state === 'Open' && { contentUrl: `${job.base.slice(1)}/jobs/ingest/${job.id}/batches` }),
});

const NO_TIME = { retries: 0, totalProcessingTime: 0 };

const ingestProgress = (job: IngestJob) => ({
  jobType: 'V2Ingest',
  numberRecordsProcessed: job.outcomes.length,
  numberRecordsFailed: job.outcomes.filter(({ error }) => error !== null).length,
  apiActiveProcessingTime: 0,
  apexProcessingTime: 0,
  ...NO_TIME,
});

const queryProgress = (job: QueryJob) => ({
  jobType: 'V2Query',
  numberRecordsProcessed: job.rows.length,
  isPkChunkingSupported: true,
  ...NO_TIME,
});

/** The answer to its creation and to a change of its state. */
export const summarizeJob = (job: Job) => (job.kind === 'ingest' ? ingestInfo(job) : sharedInfo(job));

export const describeJob = (job: Job) => ({
  ...summarizeJob(job),
  ...(job.kind === 'ingest' ? ingestProgress(job) : queryProgress(job)),
  ...(job.errorMessage !== null && { errorMessage: job.errorMessage }),
});

/** Jobs of one kind in the shape of a list that has no second page. */
export const listJobs = ({ org, query }: Call, kind: Job['kind'], jobType: string) => {
  const wanted = query.get('jobType') ?? jobType;
  const jobs = wanted === jobType ? jobsOf(org, kind) : [];
  return { done: true, records: jobs.map(describeJob), nextRecordsUrl: null };
};

const jobsOf = (org: Org, kind: Job['kind']): Job[] => org.jobs.all().filter((job) => job.kind === kind);
