export const hourMs: number = 3_600_000;
export const dayMs: number = 24 * hourMs;

const unitMs: ReadonlyMap<string, number> = new Map([
  ["h", hourMs],
  ["d", dayMs],
  ["w", 7 * dayMs],
]);

/** Milliseconds of `12h`, `90d`, `8w`; undefined for anything else. A day is 24 hours. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d+)([hdw])$/.exec(text) ?? [];
  const durationMs = Number(count) * (unitMs.get(unit ?? "") ?? Number.NaN);
  return Number.isSafeInteger(durationMs) ? durationMs : undefined;
}

/** For people: `24 h`, `90 d`. Whole days from two days on, else hours. */
export function formatDuration(durationMs: number): string {
  return durationMs % dayMs === 0 && durationMs > dayMs
    ? `${durationMs / dayMs} d`
    : `${Number((durationMs / hourMs).toFixed(2))} h`;
}
