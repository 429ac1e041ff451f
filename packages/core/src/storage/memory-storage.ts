import { Readable } from "node:stream";
import type { ObjectInfo, Storage } from "../contracts/storage.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { abortStream, throwIfAborted } from "../streams/abort.ts";
import { readBody, withBody } from "../streams/read-body.ts";
import { checkKey, checkPrefix, compareKeys } from "./check-key.ts";
import { resolveRange } from "./resolve-range.ts";

const chunkBytes = 64 * 1024;

interface StoredObject {
  readonly info: ObjectInfo;
  readonly bytes: Buffer;
}

/** Objects in this process's memory, for tests and try-outs. Keeps every promise of `Storage` except surviving the process. */
export function memoryStorage(name = "memory"): Storage {
  const objects = new Map<string, StoredObject>();

  function find(key: string): StoredObject {
    checkKey(key);
    const found = objects.get(key);
    if (found === undefined) throw new DbsaveError("OBJECT_NOT_FOUND", `${name}: no such object: ${key}`);
    return found;
  }

  function refuseTaken(key: string): void {
    if (objects.has(key)) throw new DbsaveError("OBJECT_EXISTS", `${name}: exists already: ${key}`);
  }

  return {
    name,
    put: (key, body, { ifExists, ...options }) =>
      withBody(body, async () => {
        checkKey(key);
        if (ifExists === "fail") refuseTaken(key);
        const chunks: Buffer[] = [];
        await readBody(body, { ...options, what: `${name}: put ${key}` }, async (batch) => {
          chunks.push(...batch);
        });
        if (ifExists === "fail") refuseTaken(key);
        const bytes = Buffer.concat(chunks);
        const info = { key, sizeBytes: bytes.byteLength, modifiedAt: new Date() };
        objects.set(key, { info, bytes });
        return info;
      }),
    async get(key, { signal, ...options }) {
      throwIfAborted(signal, `${name}: get ${key}`);
      const { bytes } = find(key);
      const { offset, length } = resolveRange(key, bytes.byteLength, options);
      const stream = Readable.from(slices(bytes.subarray(offset, offset + length)), { objectMode: false });
      return abortStream(stream, signal, `${name}: get ${key}`);
    },
    async stat(key, signal) {
      throwIfAborted(signal, `${name}: stat ${key}`);
      return find(key).info;
    },
    async *list(prefix, signal) {
      checkPrefix(prefix);
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
      for (const key of keys.toSorted(compareKeys)) {
        throwIfAborted(signal, `${name}: list ${prefix}`);
        const found = objects.get(key);
        if (found !== undefined) yield found.info;
      }
      throwIfAborted(signal, `${name}: list ${prefix}`);
    },
    async delete(key, signal) {
      throwIfAborted(signal, `${name}: delete ${key}`);
      checkKey(key);
      objects.delete(key);
    },
    async [Symbol.asyncDispose]() {
      objects.clear();
    },
  };
}

/** Copies, because a reader may change what it was given. */
function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield Buffer.from(bytes.subarray(at, at + chunkBytes));
}
