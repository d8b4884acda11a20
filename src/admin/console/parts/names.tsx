/** Names of attributes or fields, one beside the other. */
export const Names = ({ names }: { readonly names: readonly string[] }) =>
  names.length === 0 ? (
    <span class="none">none</span>
  ) : (
    <span class="names">
      {names.map((name) => (
        <code key={name}>{name}</code>
      ))}
    </span>
  );
