const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type SignalName = keyof typeof statuses;

const patienceMs = 9_500;

/** What a signal means to a run: an abort, and the exit status the process then ends with. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Undefined while no signal has come. */
  readonly status: number | undefined;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts the work, which then cleans up and ends by itself, within ten seconds or not
 * at all: then, or at a second signal, the process ends at once, by that signal. What it leaves the next run recognises.
 */
export function listenForSignals(tell: (message: string) => void): Interruption {
  const controller = new AbortController();
  let status: number | undefined;
  for (const name of Object.keys(statuses) as SignalName[]) {
    const code = statuses[name];
    process.on(name, () => {
      if (status !== undefined) endAtOnce(name);
      status = code;
      tell(`${name}: stopping and cleaning up; once more ends at once`);
      controller.abort(new DOMException(`stopped by ${name}`, "AbortError"));
      setTimeout(() => endAtOnce(name), patienceMs).unref();
    });
  }
  return {
    signal: controller.signal,
    get status() {
      return status;
    },
  };
}

/**
 * What the signal does to a process that does not listen. `process.exit` would first wait for every thread, and one that is
 * inside a statement of SQLite cannot be stopped; it is left for process 1 of a container, which no signal ends.
 */
function endAtOnce(name: SignalName): never {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
  process.exit(statuses[name]);
}
