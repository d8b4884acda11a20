/** Which countries and states the org's lists have (help: "State and Country/Territory Picklists"). */
import { iso31661, iso31662 } from 'iso-3166';

/** A country or state by its code, with the text that goes with it. */
export interface Place {
  readonly code: string;
  readonly name: string;
}

/** Only these have states in Salesforce's standard data. */
const WITH_STATES = ['AU', 'BR', 'CA', 'CN', 'IE', 'IN', 'IT', 'JP', 'MX', 'US'];

/** Below their provinces and regions: counties. */
const BY_COUNTY = ['IE', 'IT'];

const englishNames = new Intl.DisplayNames('en', { type: 'region' });

export const COUNTRIES: readonly Place[] = iso31661.map(({ alpha2, name }) => ({
  code: alpha2,
  name: englishNames.of(alpha2) ?? name,
}));

const statesOf = (country: string): readonly Place[] =>
  iso31662
    .filter(
      ({ code, parent }) => code.startsWith(`${country}-`) && (parent === country) !== BY_COUNTY.includes(country),
    )
    .map(({ code, name }) => ({ code: code.slice(country.length + 1), name }));

/** States by the code of their country. */
export const STATES: ReadonlyMap<string, readonly Place[]> = new Map(
  WITH_STATES.map((country) => [country, statesOf(country)]),
);

export const COUNTRY_CODES: readonly string[] = COUNTRIES.map(({ code }) => code);

/** Countries share codes: WA is in two of them. */
export const STATE_CODES: readonly string[] = [
  ...new Set([...STATES.values()].flatMap((states) => states.map(({ code }) => code))),
];
