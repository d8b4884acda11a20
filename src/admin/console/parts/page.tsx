/** The frame of a page: its title, its actions, and what it shows while it has nothing or could not read it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { RequestFailed } from '../client.ts';

/** What the router gives to a page: the parameters of its path. */
export interface PageProps {
  readonly id?: string;
}

interface Props {
  readonly title: string;
  /** Beside the title. */
  readonly aside?: ComponentChildren;
  readonly children?: ComponentChildren;
}

let isFirst = true;

export function Page({ title, aside, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Together with the heading: who looks at both sees one page.
  useLayoutEffect(() => {
    document.title = `${title} · scim-salesforce`;
  }, [title]);
  useEffect(() => {
    // Whoever follows a link is where it leads; a page that was opened by itself is read from its beginning.
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, []);
  return (
    <>
      <header class="title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <Aside>{aside}</Aside>
      </header>
      {children}
    </>
  );
}

export const Failure = ({ failure }: { readonly failure: RequestFailed | undefined }) =>
  failure ? (
    <p class="notice bad" role="alert">
      {failure.message}
      {failure.requestId !== undefined && failure.status >= 500 && <> Request {failure.requestId}.</>}
    </p>
  ) : null;

export const Loading = () => (
  <p class="empty" role="status">
    Loading …
  </p>
);

interface SectionProps {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export const Section = ({ title, aside, children }: SectionProps) => (
  <section aria-label={title} class="section">
    <header class="title">
      <h2>{title}</h2>
      <Aside>{aside}</Aside>
    </header>
    {children}
  </section>
);

const Aside = ({ children }: { readonly children?: ComponentChildren }) =>
  children === undefined ? null : <div class="buttons">{children}</div>;
