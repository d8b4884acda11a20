/** The page of a Lead in Salesforce. */
interface Props {
  readonly lane: { readonly leadId?: string; readonly leadUrl?: string } | undefined;
}

/** What Salesforce or the configuration named is followed only where it is a web address. */
const isWeb = (url: string): boolean => /^https?:\/\//.test(url);

export function LeadLink({ lane }: Props) {
  const { leadId, leadUrl } = lane ?? {};
  if (leadId === undefined) return <span class="none">–</span>;
  if (leadUrl === undefined || !isWeb(leadUrl)) return <code>{leadId}</code>;
  return (
    <a href={leadUrl} target="_blank" rel="noreferrer">
      <code>{leadId}</code>
      <span class="unseen"> (opens Salesforce)</span>
      <span aria-hidden="true"> ↗</span>
    </a>
  );
}
