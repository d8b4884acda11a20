/** What a call to Salesforce came to, in few enough words to be a label. */
import { classifyFault, type FaultClass } from '../provisioning/policy/classify.ts';

export interface EndedCall {
  /** Absent when no answer came. */
  readonly status?: number;
  /** Absent when the call as a whole succeeded. */
  readonly code?: string;
}

/** Codes are Salesforce's to invent; their classes are seven. */
export function outcomeOf({ status, code }: EndedCall): FaultClass | 'ok' {
  if (code === undefined) return 'ok';
  const unsaid = { scope: 'request', message: '', fields: [], committed: 'no' } as const;
  return classifyFault({ ...unsaid, code, ...(status !== undefined && { status }) });
}
