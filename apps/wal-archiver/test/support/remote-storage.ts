import { DbsaveError, memoryStorage, type Storage } from "@dbsave/core";

/** A storage behind a network. */
export interface RemoteStorage extends Storage {
  /** Uploads get stuck in their middle from now on. Resolves when one has. */
  stall(): Promise<void>;
  /** What is stuck fails, and so does all that is asked. */
  cut(): void;
  mend(): void;
}

export function remoteStorage(): RemoteStorage {
  const inner = memoryStorage();
  let state: "up" | "stalling" | "cut" = "up";
  let stuck = Promise.withResolvers<void>();
  let broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  const failure = (): DbsaveError => new DbsaveError("STORAGE_FAILED", "storage: the connection was reset");
  const reached = (): void => {
    if (state === "cut") throw failure();
  };
  return {
    ...inner,
    async put(key, body, options) {
      try {
        reached();
        if (state !== "stalling") return await inner.put(key, body, options);
        await body[Symbol.asyncIterator]().next();
        stuck.resolve();
        const aborted = new Promise<never>((_, reject) => {
          options.signal.addEventListener("abort", () => reject(new DbsaveError("ABORTED", "storage: put: cancelled")));
        });
        return await Promise.race([broken.promise, aborted]);
      } finally {
        body.destroy();
      }
    },
    async get(...given) {
      reached();
      return await inner.get(...given);
    },
    async *list(...given) {
      reached();
      yield* inner.list(...given);
    },
    stall() {
      state = "stalling";
      stuck = Promise.withResolvers();
      return stuck.promise;
    },
    cut() {
      state = "cut";
      broken.reject(failure());
    },
    mend() {
      state = "up";
      broken = Promise.withResolvers();
      broken.promise.catch(() => undefined);
    },
  };
}
