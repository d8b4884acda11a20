/** Finding people. */
import { useLocation } from 'preact-iso';
import type { UserView } from '../../api/views.ts';
import { calls } from '../calls.ts';
import { withQuery } from '../client.ts';
import { readForm } from '../form.ts';
import { count } from '../format.ts';
import { usePages } from '../hooks/use-pages.ts';
import { LeadLink } from '../parts/lead-link.tsx';
import { Failure, Loading, Page } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { LaneState } from '../parts/state.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { UserLink } from '../parts/user-link.tsx';

const COLUMNS: readonly Column<UserView>[] = [
  { head: 'User', cell: (user) => <UserLink user={user} /> },
  { head: 'E-mail', kind: 'wide', cell: ({ email }) => email ?? <span class="none">–</span> },
  { head: 'Delivery', cell: ({ lane }) => <LaneState state={lane?.state} /> },
  { head: 'Error', cell: ({ lane }) => (lane?.error ? <code>{lane.error.code}</code> : <span class="none">–</span>) },
  { head: 'Lead', kind: 'wide', cell: ({ lane }) => <LeadLink lane={lane} /> },
  { head: 'Delivered', kind: 'wide', cell: ({ lane }) => <Time at={lane?.lastDeliveredAt} /> },
];

export function Users() {
  const { query, route } = useLocation();
  const search = query['search'] ?? '';
  const pages = usePages((cursor) => calls.findUsers(search, cursor), `users ${search}`);
  const { data, failure } = pages;
  const submit = (event: SubmitEvent): void => {
    route(withQuery('/admin/users', { search: readForm(event)('search').trim() }));
  };
  return (
    <Page title="Users">
      <form role="search" class="search" onSubmit={submit}>
        <label>
          User name, e-mail address, SCIM id or Lead id
          <input key={search} type="search" name="search" defaultValue={search} maxLength={200} spellcheck={false} />
        </label>
        <button type="submit" class="primary">
          Find
        </button>
      </form>
      <p role="status" class="quiet">
        {data?.total !== undefined && `${count(data.total, 'user')}${search === '' ? '' : ` for “${search}”`}`}
      </p>
      <Failure failure={failure} />
      {data ? (
        <Table
          caption="Users"
          columns={COLUMNS}
          rows={data.users}
          keyOf={({ id }) => id}
          empty={
            search === ''
              ? 'There are no users yet.'
              : 'Nobody. The beginning of a user name, an e-mail address or a Lead id is looked for, or a whole SCIM id.'
          }
        />
      ) : (
        !failure && <Loading />
      )}
      <Pager of="users" pages={pages} />
    </Page>
  );
}
