import { navigate } from 'wouter/use-browser-location';
import { type Place, readPlace, writePlace } from './address.ts';

export interface Going {
  /** In place of the address that stands there, so that going back does not lead through it. */
  readonly replace?: boolean;
}

/** Goes elsewhere from outside of what is drawn: what is not named stays as the address has it. */
export function goTo(to: Partial<Place>, { replace = false }: Going = {}): void {
  const path = writePlace({ ...placeNow(), ...to });
  if (path !== `${location.pathname}${location.search}`) navigate(path, { replace });
}

/** Where the page is at this moment. */
export function placeNow(): Place {
  return readPlace(location.pathname, location.search);
}
