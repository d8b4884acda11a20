/** Names and what they are. */
import type { ComponentChildren } from 'preact';

export interface Fact {
  readonly name: string;
  /** Absent: it is left out. */
  readonly value: ComponentChildren | undefined;
}

export const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl class="facts">
    {facts
      .filter(({ value }) => value !== undefined)
      .map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);
