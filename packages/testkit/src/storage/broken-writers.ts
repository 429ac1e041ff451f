import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DbsaveError, type PutOptions, type Storage } from "@dbsave/core";
import { type BrokenStorage, broken } from "./broken-storage.ts";
import { idle, list } from "./storage-steps.ts";

const KiB = 1024;

export const brokenWriters: readonly BrokenStorage[] = [
  broken("gives an object back byte for byte, whatever its size", "truncates objects at 64 KiB", (good) => ({
    put: async (key, body, options) => good.put(key, from((await buffer(body)).subarray(0, 64 * KiB)), options),
  })),
  broken("gives an object back byte for byte, whatever its size", "reports success and stores nothing", () => ({
    put: async (key, body) => ({ key, sizeBytes: (await buffer(body)).length, modifiedAt: new Date() }),
  })),
  broken("stores an empty object", "leaves out empty objects", (good) => ({
    put: async (key, body, options) => {
      const bytes = await buffer(body);
      if (bytes.length === 0) return { key, sizeBytes: 0, modifiedAt: new Date() };
      return await good.put(key, from(bytes), options);
    },
  })),
  broken("stores the same bytes however they are cut into chunks", "loses small chunks", (good) => ({
    put: (key, body, options) =>
      good.put(
        key,
        body.filter((chunk: Uint8Array) => chunk.length >= 100 || body.readableLength === 0),
        options,
      ),
  })),
  broken("stores the same bytes however they are cut into chunks", "takes bytes for text", (good) => ({
    put: (key, body, options) =>
      good.put(
        key,
        body.map((chunk: unknown) => (Buffer.isBuffer(chunk) ? chunk : String(chunk))),
        options,
      ),
  })),
  broken("shows an object only when its put has finished", "shows the beginning of an object", (good) => ({
    put: async (key, body, options) => {
      for await (const chunk of body) await good.put(key, from(chunk), { ...options, ifExists: "replace" });
      return await good.stat(key, idle);
    },
  })),
  broken("shows an object only when its put has finished", "lists temporary objects", (good) => ({
    put: async (key, body, options) => {
      await good.put(`${key}.partial`, from(Buffer.alloc(0)), { ...options, ifExists: "replace" });
      const info = await good.put(key, body, options);
      await good.delete(`${key}.partial`, idle);
      return info;
    },
  })),
  broken("keeps nothing of a body that fails, and passes its error on", "keeps what came of a failed body", keepsParts),
  broken("keeps nothing of a body that fails, and passes its error on", "hides why a body failed", (good) => ({
    put: (key, body, options) =>
      good.put(key, body, options).catch((cause: unknown) => {
        throw new DbsaveError("STORAGE_FAILED", "memory: put failed", { cause });
      }),
  })),
  broken("keeps nothing of a body that was cut", "takes a cut body for a whole one", (good) => ({
    put: async (key, body, options) => {
      const chunks: Buffer[] = [];
      body.on("data", (chunk: Buffer) => chunks.push(chunk));
      await new Promise((resolve) => body.on("close", resolve));
      return await good.put(key, Readable.from(chunks), options);
    },
  })),
  broken("refuses a body that was read before", "stores a spent body as an empty object", (good) => ({
    put: (key, body, options) => good.put(key, body.readableEnded ? Readable.from([]) : body, options),
  })),
  broken(
    "keeps nothing when the SHA-256 is wrong, and says CHECKSUM_MISMATCH",
    "does not look at the hash",
    (good) => ({
      put: (key, body, { signal, ifExists }) => good.put(key, body, { signal, ifExists }),
    }),
  ),
  broken(
    "keeps nothing when the SHA-256 is wrong, and says CHECKSUM_MISMATCH",
    "looks at the hash when it is too late",
    (good) => ({
      put: async (key, body, options) => {
        const bytes = await buffer(body);
        await good.put(key, from(bytes), { signal: idle, ifExists: "replace" });
        return await good.put(key, from(bytes), { ...options, ifExists: "replace" });
      },
    }),
  ),
  broken("stores a body whose SHA-256 is right", "takes every hash for a wrong one", (good) => ({
    put: (key, body, { sha256, ...options }) =>
      good.put(key, body, sha256 === undefined ? options : { ...options, sha256: `0${sha256.slice(1)}` }),
  })),
  broken("listens for a failure of the body from the first moment", "waits before it listens", (good) => ({
    put: async (key, body, options) => {
      await nextTurn();
      return await good.put(key, body, options);
    },
  })),
  broken("refuses a taken key with OBJECT_EXISTS and keeps its bytes", "overwrites despite `fail`", (good) => ({
    put: (key, body, options) => good.put(key, body, { ...options, ifExists: "replace" }),
  })),
  broken("replaces an object by a longer, a shorter and an empty one", "overwrites without shortening", (good) => ({
    put: async (key, body, options) => {
      const old = options.ifExists === "replace" ? await bytesOf(good, key) : Buffer.alloc(0);
      const bytes = await buffer(body);
      return await good.put(key, from(Buffer.concat([bytes, old.subarray(bytes.length)])), options);
    },
  })),
  broken("keeps the old bytes when a replacement fails", "deletes the old object first", (good) => ({
    put: async (key, body, options) => {
      if (options.ifExists === "replace") await good.delete(key, idle);
      return await good.put(key, body, options);
    },
  })),
  broken(
    "lets exactly one of many writers have a key, with all of its bytes",
    "looks first and writes later",
    (good) => ({
      put: async (key, body, options) => {
        const bytes = await buffer(body);
        if (options.ifExists === "fail") await refuseTaken(good, key);
        await nextTurn();
        return await good.put(key, from(bytes), { ...options, ifExists: "replace" });
      },
    }),
  ),
  broken(
    "lets exactly one of many writers have a key, with all of its bytes",
    "tells every writer that it won",
    (good) => ({
      put: async (key, body, options) => good.put(key, body, options).catch(() => good.stat(key, idle)),
    }),
  ),
  broken("shows a reader whole bytes, old or new, while they are replaced", "replaces in two steps", (good) => ({
    put: async (key, body, options) => {
      const bytes = await buffer(body);
      const { sha256: _, ...first } = options;
      await good.put(key, from(bytes.subarray(0, bytes.length / 2)), first);
      await nextTurn();
      return await good.put(key, from(bytes), { ...options, ifExists: "replace" });
    },
  })),
  broken("destroys the body of a put that it refuses", "forgets the body of a put that it refuses", (good) => ({
    put: async (key, body, options) => {
      if (options.ifExists === "fail") await refuseTaken(good, key);
      return await good.put(key, body, options);
    },
  })),
  broken(
    "stops a put that is cancelled while its body stalls, and keeps nothing",
    "ignores a cancelled put",
    (good) => ({
      put: (key, body, options) => good.put(key, body, { ...options, signal: idle }),
    }),
  ),
  broken("does nothing that is cancelled before it begins", "deletes although it is cancelled", (good) => ({
    delete: async (key, signal) => {
      await good.delete(key, idle);
      await good.delete(key, signal);
    },
  })),
  broken("serves 50 callers at once", "mixes bodies that arrive together", (good) => {
    const shared: Buffer[] = [];
    return {
      put: async (key, body, options) => {
        shared.length = 0;
        for await (const chunk of body) shared.push(chunk);
        return await good.put(key, Readable.from([...shared]), options);
      },
    };
  }),
  broken("deletes an object", "reports a deletion and keeps the object", () => ({ delete: async () => undefined })),
  broken("deletes what is not there without complaint", "complains that there is nothing to delete", (good) => ({
    delete: async (key, signal) => {
      await good.stat(key, signal);
      await good.delete(key, signal);
    },
  })),
  broken("deletes nothing but the one object", "deletes all that begins like the key", (good) => ({
    delete: async (key, signal) => {
      await good.delete(key, signal);
      for (const { key: other } of await list(good, key)) await good.delete(other, signal);
    },
  })),
  broken("lets a key be used again after its deletion", "never gives a deleted key free", (good) => {
    const deleted = new Set<string>();
    return {
      put: async (key, body, options) => {
        if (deleted.has(key)) throw new DbsaveError("OBJECT_EXISTS", `memory: exists already: ${key}`);
        return await good.put(key, body, options);
      },
      delete: async (key, signal) => {
        await good.delete(key, signal);
        deleted.add(key);
      },
    };
  }),
  broken(
    "keeps what is stored in a place whose last object is deleted",
    "removes a place that it saw empty",
    (good) => ({
      delete: async (key, signal) => {
        await good.delete(key, signal);
        const place = key.slice(0, key.lastIndexOf("/") + 1);
        const isEmpty = (await list(good, place)).length === 0;
        await nextTurn();
        if (isEmpty) for (const { key: other } of await list(good, place)) await good.delete(other, signal);
      },
    }),
  ),
];

function keepsParts(good: Storage): Partial<Storage> {
  return {
    put: async (key: string, body: Readable, options: PutOptions) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of body) chunks.push(chunk);
      } catch (error) {
        await good.put(key, Readable.from(chunks), options);
        throw error;
      }
      return await good.put(key, Readable.from(chunks), options);
    },
  };
}

async function refuseTaken(good: Storage, key: string): Promise<void> {
  if ((await list(good, key)).some((object) => object.key === key)) {
    throw new DbsaveError("OBJECT_EXISTS", `memory: exists already: ${key}`);
  }
}

async function bytesOf(good: Storage, key: string): Promise<Buffer> {
  return await good.get(key, { signal: idle }).then(buffer, () => Buffer.alloc(0));
}

function from(bytes: Buffer): Readable {
  return Readable.from([bytes]);
}
