/** The value of a Lead field. */
export const Value = ({ of: value }: { readonly of: unknown }) => {
  if (value === undefined) return <span class="none">–</span>;
  if (value === null || value === '') return <span class="none">empty</span>;
  return <>{typeof value === 'string' ? value : JSON.stringify(value)}</>;
};
