/** The types of verdict.mjs, for its test. */
export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

export interface Exception {
  readonly check: string;
  readonly reason: string;
}

export interface Verdict {
  readonly passed: readonly Check[];
  readonly excepted: readonly (Check & { readonly reason: string })[];
  readonly failed: readonly Check[];
}

export function judge(checks: readonly Check[], exceptions: readonly Exception[], minimum: number): Verdict;
