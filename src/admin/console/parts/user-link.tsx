/** The way to the page of a user. */
import type { UserView } from '../../api/views.ts';

export const userPath = (id: string): string => `/admin/users/${encodeURIComponent(id)}`;

export const UserLink = ({ user: { id, userName, isDeleted } }: { readonly user: UserView }) => (
  <>
    <a href={userPath(id)}>{userName ?? <code>{id}</code>}</a>
    {isDeleted && <span class="quiet"> (deleted)</span>}
  </>
);
