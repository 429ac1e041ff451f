const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const patienceMs = 9_500;

/** What a signal means to a run: an abort, and the exit status the process then ends with. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Undefined while no signal has come. */
  readonly status: number | undefined;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts the work, which then cleans up and ends by itself, within ten seconds or not
 * at all: then, or at a second signal, the process ends at once. What it leaves then the next run recognises.
 */
export function listenForSignals(exit: (status: number) => never, tell: (message: string) => void): Interruption {
  const controller = new AbortController();
  let status: number | undefined;
  for (const [name, code] of Object.entries(statuses)) {
    process.on(name, () => {
      if (status !== undefined) exit(code);
      status = code;
      tell(`${name}: stopping and cleaning up; once more ends at once`);
      controller.abort(new DOMException(`stopped by ${name}`, "AbortError"));
      setTimeout(() => exit(code), patienceMs).unref();
    });
  }
  return {
    signal: controller.signal,
    get status() {
      return status;
    },
  };
}
