import { normalize } from "node:path/posix";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { DbsaveError, isDbsaveError, type ObjectInfo, type Storage } from "@dbsave/core";
import { type BrokenStorage, broken } from "./broken-storage.ts";
import { idle, list } from "./storage-steps.ts";

const connections = 50;

export const brokenReaders: readonly BrokenStorage[] = [
  broken("gives an object back byte for byte, whatever its size", "ends a read early without an error", (good) => ({
    get: async (key, options) => (await good.get(key, options)).take(3),
  })),
  broken("tells the same key, size and time in put, stat and list", "lists sizes in blocks", (good) => ({
    list: (prefix, signal) => map(good.list(prefix, signal), (object) => ({ ...object, sizeBytes: 4096 })),
  })),
  broken("stops a read that is cancelled", "ignores a cancelled read", (good) => ({
    get: (key, options) => good.get(key, { ...options, signal: idle }),
  })),
  broken("keeps the failure of a read that nobody has begun for whoever begins it", "lets the process die", (good) => ({
    get: async (key, { signal, ...range }) => {
      const stream = await good.get(key, { ...range, signal: idle });
      stream.removeAllListeners("error");
      signal.addEventListener("abort", () => stream.destroy(new DbsaveError("ABORTED", "memory: get")));
      return stream;
    },
  })),
  broken("says OBJECT_NOT_FOUND for what is not there", "takes a missing object for an empty one", (good) => ({
    get: (key, options) =>
      good.get(key, options).catch((error: unknown) => {
        if (isDbsaveError(error, "OBJECT_NOT_FOUND")) return Readable.from([]);
        throw error;
      }),
  })),
  broken("gives exactly the range asked for, also an empty one", "counts the end of a range in", (good) => ({
    get: async (key, { length, ...options }) => {
      const { sizeBytes } = await good.stat(key, idle);
      const longer = length === undefined ? {} : { length: Math.min(length + 1, sizeBytes - (options.offset ?? 0)) };
      return await good.get(key, { ...options, ...longer });
    },
  })),
  broken("refuses a range that leaves the object with RANGE_INVALID", "shortens a range to fit", (good) => ({
    get: async (key, { signal, offset = 0, length }) => {
      const { sizeBytes } = await good.stat(key, idle);
      const start = Math.min(offset, sizeBytes);
      return await good.get(key, { signal, offset: start, length: Math.min(length ?? sizeBytes, sizeBytes - start) });
    },
  })),
  broken("does not read far ahead of a slow reader", "loads the whole object at once", (good) => ({
    get: async (key, options) => Readable.from([await buffer(await good.get(key, options))]),
  })),
  broken("stays usable when readers stop early", "never gives back an abandoned connection", (good) => ({
    get: limitedReads(good).get,
  })),
  broken("frees what readers held that stop early", "keeps files open", (good) => {
    const { get, open } = limitedReads(good, Number.POSITIVE_INFINITY);
    return { get, openHandles: async () => open() };
  }),
  broken("keeps odd keys as they are", "lists keys as it encoded them", (good) => ({
    list: (prefix, signal) => map(good.list(prefix, signal), (object) => ({ ...object, key: encodeURI(object.key) })),
  })),
  broken("keeps keys apart that look alike", "decodes keys that were not encoded", (good) => ({
    put: (key, body, options) => good.put(decodeURIComponent(key.replaceAll("+", " ")), body, options),
    get: (key, options) => good.get(decodeURIComponent(key.replaceAll("+", " ")), options),
  })),
  broken(
    "refuses with KEY_INVALID what could leave the repository or mean two things",
    "tidies up bad keys",
    (good) => ({
      put: (key, body, options) => good.put(normalize(key).replace(/^[./]+/, "root/"), body, options),
    }),
  ),
  broken("stops a listing that is cancelled", "ignores a cancelled listing", (good) => ({
    list: (prefix) => good.list(prefix, idle),
  })),
  broken("lists every object once, in the order of the UTF-8 bytes of its key", "sorts by UTF-16", (good) => ({
    list: (prefix, signal) => reordered(good, prefix, signal, (objects) => objects.toSorted(byCodeUnits)),
  })),
  broken("lists every object once, in the order of the UTF-8 bytes of its key", "loses the last entry", (good) => ({
    list: (prefix, signal) => reordered(good, prefix, signal, (objects) => objects.slice(0, -1)),
  })),
  broken("lists every object once, in the order of the UTF-8 bytes of its key", "lists an object twice", (good) => ({
    list: (prefix, signal) => reordered(good, prefix, signal, (objects) => [...objects.slice(0, 1), ...objects]),
  })),
  broken("takes a prefix as the beginning of a key, not as a directory", "takes a prefix for a directory", (good) => ({
    list: (prefix, signal) => good.list(prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`, signal),
  })),
  broken("lists nothing where nothing is", "fails where nothing is", (good) => ({
    list: (prefix, signal) =>
      reordered(good, prefix, signal, (objects) => {
        if (objects.length === 0) throw new DbsaveError("OBJECT_NOT_FOUND", `memory: nothing at ${prefix}`);
        return objects;
      }),
  })),
  broken("lists more objects than fit one page", "loses all pages but the first", (good) => ({
    list: (prefix, signal) => reordered(good, prefix, signal, (objects) => objects.slice(0, 1000)),
  })),
  broken("lists all that stays while other objects come and go", "asks for the next page by its number", (good) => ({
    list: async function* (prefix, signal) {
      for (let number = 0; ; number += 1) {
        const object = (await list(good, prefix, signal))[number];
        if (object === undefined) return;
        yield object;
      }
    },
  })),
  broken("stays usable when listings are left in the middle", "never gives back an abandoned listing", (good) => {
    let open = 0;
    return {
      list: async function* (prefix, signal) {
        open += 1;
        if (open > connections) throw new DbsaveError("STORAGE_FAILED", "memory: too many listings");
        yield* good.list(prefix, signal);
        open -= 1;
      },
    };
  }),
];

/** Counts a reader as gone only when it came to the end. */
function limitedReads(good: Storage, limit = connections): Pick<Storage, "get"> & { readonly open: () => number } {
  let open = 0;
  return {
    open: () => open,
    get: async (key, options) => {
      if (open >= limit) throw new DbsaveError("STORAGE_FAILED", "memory: too many readers");
      open += 1;
      const stream = await good.get(key, options);
      return stream.once("end", () => {
        open -= 1;
      });
    },
  };
}

async function* map(
  objects: AsyncIterable<ObjectInfo>,
  change: (object: ObjectInfo) => ObjectInfo,
): AsyncGenerator<ObjectInfo, void> {
  for await (const object of objects) yield change(object);
}

async function* reordered(
  good: Storage,
  prefix: string,
  signal: AbortSignal,
  change: (objects: readonly ObjectInfo[]) => readonly ObjectInfo[],
): AsyncGenerator<ObjectInfo, void> {
  yield* change(await list(good, prefix, signal));
}

function byCodeUnits(a: ObjectInfo, b: ObjectInfo): number {
  return a.key < b.key ? -1 : 1;
}
