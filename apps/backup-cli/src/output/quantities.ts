const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long something took: `0.2 s`, `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(durationMs: number): string {
  const seconds = durationMs / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (durationMs < hourMs) return `${Math.floor(durationMs / minuteMs)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(durationMs / hourMs)} h ${Math.floor((durationMs % hourMs) / minuteMs)} min`;
}

/** How old something is, in its largest unit: `12 s`, `5 min`, `26 h`, `3 d`. A moment in the future is `0 s`. */
export function formatAge(ageMs: number): string {
  const age = Math.max(0, ageMs);
  if (age < minuteMs) return `${Math.floor(age / 1000)} s`;
  if (age < hourMs) return `${Math.floor(age / minuteMs)} min`;
  if (age < 2 * dayMs) return `${Math.floor(age / hourMs)} h`;
  return `${Math.floor(age / dayMs)} d`;
}

export function formatCount(count: number): string {
  return count.toLocaleString("en");
}

/** `2026-11-21T07:58:00Z` */
export function formatTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** `1 backup`, `3 backups`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
