export interface StallWatch {
  /** Bytes moved. */
  touch(): void;
  stop(): void;
}

const ticks = 4;

/**
 * Calls `onStall` once when nothing moved for `timeoutMs`, at most a quarter later. Time in which the tool waits for us
 * (`isOurTurn`) is not its fault and does not count. Neither does time in which this process itself stood still (a laptop
 * asleep, SIGSTOP): it is one tick, however long it was.
 */
export function watchStall(timeoutMs: number | undefined, isOurTurn: () => boolean, onStall: () => void): StallWatch {
  if (timeoutMs === undefined) return { touch() {}, stop() {} };
  let idleTicks = 0;
  const timer = setInterval(() => {
    idleTicks = isOurTurn() ? 0 : idleTicks + 1;
    if (idleTicks <= ticks) return;
    clearInterval(timer);
    onStall();
  }, timeoutMs / ticks);
  const touch = () => {
    idleTicks = 0;
  };
  return { touch, stop: () => clearInterval(timer) };
}
