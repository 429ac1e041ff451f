export interface StallWatch {
  /** Bytes moved. */
  touch(): void;
  stop(): void;
}

/**
 * Calls `onStall` once when nothing moved for `timeoutMs`. Time in which the tool waits for us (`isOurTurn`) is not its
 * fault and does not count.
 */
export function watchStall(timeoutMs: number | undefined, isOurTurn: () => boolean, onStall: () => void): StallWatch {
  if (timeoutMs === undefined) return { touch() {}, stop() {} };
  const timer = setTimeout(() => {
    if (isOurTurn()) timer.refresh();
    else onStall();
  }, timeoutMs);
  return { touch: () => timer.refresh(), stop: () => clearTimeout(timer) };
}
