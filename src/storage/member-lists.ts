/** Which multi-valued attributes are kept as rows of the table `member`, by data: `members` of Group, shown as `groups` of User. */

/** Attribute paths by resource type name. */
type ByType<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

export interface MemberLists {
  /** Name of the list that an attribute is, e.g. `Group.members`. */
  readonly own: ByType<string>;
  /** Names of the lists that a readOnly attribute shows from the other side: of `groups`, what somebody is a member of. */
  readonly shown: ByType<readonly string[]>;
}

export const NO_MEMBER_LISTS: MemberLists = { own: new Map(), shown: new Map() };
