/* The lives of ledgers of which somebody at this browser has said that they know that they have begun. */

const known = new Set<string>();

const nameOf = (epoch: string): string => `rowcast-life-${epoch}`;

export function isKnownLife(epoch: string): boolean {
  if (known.has(epoch)) return true;
  try {
    return localStorage.getItem(nameOf(epoch)) !== null;
  } catch {
    return false;
  }
}

export function knowLife(epoch: string): void {
  known.add(epoch);
  try {
    localStorage.setItem(nameOf(epoch), 'known');
  } catch {
    // A browser that keeps nothing is told again when the page is opened again.
  }
}
