export const day: number = 24 * 60 * 60_000;
const begin = Date.parse("2026-03-01T02:00:00Z");

/** The clock of a run so many days after the first. */
export function at(days: number): () => Date {
  return () => new Date(begin + days * day);
}
