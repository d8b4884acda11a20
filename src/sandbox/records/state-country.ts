/** How the code and the text of a Lead's state and country follow from each other (help: "State and Country/Territory Picklists"). */
import { countryMissing, placeUnknown, SalesforceError } from '../errors.ts';
import { COUNTRIES, STATES, type Place } from '../schema/countries.ts';
import type { FieldValue, Row } from '../schema/field.ts';

interface Kind {
  readonly name: 'state' | 'country';
  readonly text: string;
  readonly code: string;
  readonly label: string;
}

const COUNTRY: Kind = { name: 'country', text: 'Country', code: 'CountryCode', label: 'Country' };
const STATE: Kind = { name: 'state', text: 'State', code: 'StateCode', label: 'State/Province' };

const isSame = (left: string, right: FieldValue): boolean => left.toLowerCase() === String(right).toLowerCase();

/** A code wins over a text that came with it; a text may be the place's name or its code. */
function findPlace(kind: Kind, places: readonly Place[], row: Row, changes: Row): Place | null {
  const field = (changes[kind.code] ?? null) === null && kind.text in changes ? kind.text : kind.code;
  const value = row[field] ?? null;
  if (value === null) return null;
  const found = places.find(({ code, name }) => isSame(code, value) || (field === kind.text && isSame(name, value)));
  if (found) return found;
  throw new SalesforceError(400, [
    placeUnknown(kind.name, field === kind.text ? kind.label : `${kind.label} Code`, field),
  ]);
}

const valuesOf = (kind: Kind, place: Place | null): Row => ({
  [kind.code]: place?.code ?? null,
  [kind.text]: place?.name ?? null,
});

const names = (changes: Row, kind: Kind): boolean => kind.text in changes || kind.code in changes;

const sets = (changes: Row, kind: Kind): boolean =>
  (changes[kind.text] ?? null) !== null || (changes[kind.code] ?? null) !== null;

/**
 * The four values of a row that sets any of them. A country that is cleared takes its state with it.
 *
 * @param row with the changes laid over it
 * @throws SalesforceError FIELD_INTEGRITY_EXCEPTION for a place that is in no list
 */
export function resolvePlaces(row: Row, changes: Row): Row {
  if (!names(changes, COUNTRY) && !names(changes, STATE)) return {};
  const country = findPlace(COUNTRY, COUNTRIES, row, changes);
  if (country) {
    const state = findPlace(STATE, STATES.get(country.code) ?? [], row, changes);
    return { ...valuesOf(COUNTRY, country), ...valuesOf(STATE, state) };
  }
  if (sets(changes, STATE)) throw new SalesforceError(400, [countryMissing(STATE.label, STATE.text)]);
  return { ...valuesOf(COUNTRY, null), ...valuesOf(STATE, null) };
}
