import { DbsaveError } from "@dbsave/core";
import { type BrokenStorage, broken } from "./broken-storage.ts";

const secrets = ["p4ss-w0rd-of-the-bucket"];

export const brokenKeepers: readonly BrokenStorage[] = [
  broken("sweeps neither objects nor a put that is going on", "sweeps what is being written", (good) => {
    const running = new Set<symbol>();
    return {
      put: async (key, body, options) => {
        const mine = Symbol(key);
        running.add(mine);
        const info = await good.put(key, body, options);
        if (running.delete(mine)) return info;
        throw new DbsaveError("STORAGE_FAILED", `memory: the temporary object is gone: ${key}`);
      },
      sweep: async () => {
        const { size } = running;
        running.clear();
        return size;
      },
    };
  }),
  broken("leaves nothing to sweep when a put fails", "leaves temporary objects behind", (good) => {
    let left = 0;
    return {
      put: (key, body, options) =>
        good.put(key, body, options).catch((error: unknown) => {
          left += 1;
          throw error;
        }),
      sweep: async () => left,
    };
  }),
  broken(
    "settles what is there, changes nothing by it, and says OBJECT_NOT_FOUND of what is not",
    "settles what is not there",
    () => ({ settle: async (_key, signal) => signal.throwIfAborted() }),
  ),
  broken("tells the free space in bytes", "does not know its free space and says so as a number", () => ({
    freeBytes: async () => -1,
  })),
  broken(
    "shows no secret in its name or in an error",
    "has a password in its name",
    () => ({ name: `s3:${secrets[0]}@bucket` }),
    { secrets },
  ),
  broken(
    "shows no secret in its name or in an error",
    "has a password in the cause of an error",
    (good) => ({
      get: (key, options) =>
        good.get(key, options).catch((error: unknown) => {
          if (!(error instanceof DbsaveError)) throw error;
          const request = { authorization: secrets[0] };
          throw new DbsaveError(error.code, error.message, { cause: { request } });
        }),
    }),
    { secrets },
  ),
];
