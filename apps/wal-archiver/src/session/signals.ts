import { constants } from "node:os";

const names = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
const patienceMs = 9_500;

/** What signals mean to a command: an abort, and an exit status that only the command knows. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Number of the signal that came first; undefined while none has. */
  readonly signalNumber: number | undefined;
}

/**
 * The first signal aborts the work, which then cleans up and ends by itself. After ten seconds, or at a second signal, the
 * process ends at once with the same status: what it leaves behind is never listed, and swept later.
 */
export function listenForSignals(statusOf: (signalNumber: number) => number): Interruption {
  const controller = new AbortController();
  let first: number | undefined;
  for (const name of names) {
    process.on(name, () => {
      if (first !== undefined) process.exit(statusOf(first));
      const signalNumber = constants.signals[name];
      first = signalNumber;
      controller.abort(new DOMException(`stopped by ${name}`, "AbortError"));
      setTimeout(() => process.exit(statusOf(signalNumber)), patienceMs).unref();
    });
  }
  return {
    signal: controller.signal,
    get signalNumber() {
      return first;
    },
  };
}
