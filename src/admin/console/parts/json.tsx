/** Something as JSON, to be read. */
interface Props {
  readonly title: string;
  readonly value: unknown;
}

const INDENT = 2;

export const Json = ({ title, value }: Props) => (
  <figure class="json">
    <figcaption>{title}</figcaption>
    <pre tabIndex={0} role="group" aria-label={title}>
      {JSON.stringify(value, undefined, INDENT)}
    </pre>
  </figure>
);
