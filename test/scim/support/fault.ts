/** Runs something that must be refused, and tells status, scimType and detail of the refusal together. */
import { ScimError } from '../../../src/scim/errors.ts';

export interface Fault {
  readonly status: number;
  readonly scimType: string | undefined;
  readonly detail: string;
}

export function faultOf(run: () => unknown): Fault {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { status: error.status, scimType: error.scimType, detail: error.detail };
  }
  throw new Error('expected a SCIM error, but nothing was refused');
}
