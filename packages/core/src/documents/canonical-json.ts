/**
 * JSON with sorted keys, two spaces and a final newline: equal values give equal bytes, and a person can read it.
 * Dates become ISO strings in UTC; `undefined` members are left out.
 */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sortKeys(value), null, 2)}\n`;
}

/** `value` itself where nothing has to move: a manifest of ten thousand tables is not copied each time it is read. */
function sortKeys(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const members = value.map(sortKeys);
    return members.every((member, index) => member === value[index]) ? value : members;
  }
  const entries = Object.entries(value).map(([key, member]) => [key, sortKeys(member), member] as const);
  // Plain code unit order: what sorts must not depend on a locale.
  const isSorted = entries.every(([key], index) => index === 0 || (entries[index - 1]?.[0] ?? "") < key);
  if (isSorted && entries.every(([, sorted, member]) => sorted === member)) return value;
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
