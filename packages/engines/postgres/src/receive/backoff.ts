const longestMs = 30_000;

/** How long to wait after so many failures: a second, then twice as long each time, at most half a minute. */
export function backoffMs(failures: number): number {
  return Math.min(longestMs, 1000 * 2 ** (failures - 1));
}
