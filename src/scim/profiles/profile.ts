/** The habits of a SCIM client that change what its requests mean, as data: each profile is one row of `profiles.ts`. */

export type ProfileName = 'default' | 'wso2' | 'entra' | 'okta' | 'strict';

export interface Profile {
  readonly name: ProfileName;
  /** Clients that name themselves so in User-Agent have these habits. */
  readonly userAgent?: RegExp;
  /**
   * A POST of a resource whose unique value is taken: refused with 409, merged into the resource that has it (200), or
   * that only where it is inactive (201, and it is active again).
   */
  readonly onExisting: 'refuse' | 'merge' | 'reactivate';
  /** What a PUT does to attributes that it leaves out (RFC 7644 §3.5.1). */
  readonly put: 'replaces' | 'merges';
  /** A PATCH operation on a readOnly attribute: refused with 400 mutability, or left out. */
  readonly readOnlyInPatch: 'refuse' | 'ignore';
  /** Where a PATCH path with a filter matches no element: when one is made that the filter would match. */
  readonly makesElements: 'never' | 'for a sub-attribute' | 'always';
  /** Whether names that are looked up mean those with a user store in front too: `robin` finds `PRIMARY/robin`. */
  readonly findsNamesOfDomains: boolean;
  /** Whether a JSON object in a string, where an element is expected, stands for the element. */
  readonly unpacksJson: boolean;
  /** Whether every PATCH is answered with a resource; otherwise 204 where that would list thousands of members. */
  readonly answersPatchWithBody: boolean;
  /**
   * What a PATCH of SCIM 1.1 does with the values of a plural attribute: merges them into those that are there, by `value`, or
   * puts them in the place of those that have the same `type`.
   */
  readonly pluralsInScim1: 'merge' | 'replace by type';
  /** Whether what the RFCs do not have is read where it can mean one thing only: `"True"`, one value for a list. */
  readonly isTolerant: boolean;
  /**
   * A filter whose value has no quotes, and is all the rest: refused, read where it is no filter otherwise, or read before
   * anything else when its operator is written `Eq`, whatever the value looks like.
   */
  readonly unquotedFilters: 'refuse' | 'fallback' | 'literally';
}
