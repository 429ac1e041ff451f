import { randomUUID } from "node:crypto";
import type { Storage } from "../contracts/storage.ts";
import { readDocument, writeDocument } from "../documents/document-store.ts";
import { Fields } from "../documents/fields.ts";
import { sealJson, unsealJson } from "../documents/sealed-json.ts";
import { DbsaveError, isDbsaveError } from "../errors/dbsave-error.ts";
import { keys } from "./layout.ts";

const newestFormat = 1;

/** A storage that holds a dbsave repository. Disposing it closes the storage. */
export interface Repository extends AsyncDisposable {
  readonly id: string;
  readonly storage: Storage;
}

export interface OpenRepositoryOptions {
  readonly signal?: AbortSignal;
  /** Make a repository when there is none. Without it a wrong path is REPOSITORY_NOT_FOUND, not an empty repository. */
  readonly create?: boolean;
}

/**
 * The repository in `storage`. REPOSITORY_NOT_FOUND when there is none and `create` is not set,
 * REPOSITORY_UNSUPPORTED when a newer dbsave made it. With `create`, two openers that race get the same repository.
 */
export async function openRepository(storage: Storage, options: OpenRepositoryOptions = {}): Promise<Repository> {
  const signal = options.signal ?? new AbortController().signal;
  if (options.create === true) await createIfAbsent(storage, signal);
  const what = `${storage.name}: ${keys.repository}`;
  const fields = new Fields(unsealJson(await readHead(storage, signal), what), what);
  const format = fields.count("formatVersion");
  if (format > newestFormat) {
    throw new DbsaveError("REPOSITORY_UNSUPPORTED", `${what}: format ${format} is newer than this dbsave reads`);
  }
  return {
    id: fields.text("id"),
    storage,
    [Symbol.asyncDispose]: async (): Promise<void> => storage[Symbol.asyncDispose](),
  };
}

async function readHead(storage: Storage, signal: AbortSignal): Promise<string> {
  try {
    return await readDocument(storage, keys.repository, signal);
  } catch (cause) {
    if (!isDbsaveError(cause, "OBJECT_NOT_FOUND")) throw cause;
    throw new DbsaveError("REPOSITORY_NOT_FOUND", `${storage.name}: no dbsave repository here`, { cause });
  }
}

async function createIfAbsent(storage: Storage, signal: AbortSignal): Promise<void> {
  try {
    await storage.stat(keys.repository, signal);
  } catch (error) {
    if (!isDbsaveError(error, "OBJECT_NOT_FOUND")) throw error;
    const head = sealJson({ formatVersion: newestFormat, id: randomUUID(), createdAt: new Date() });
    try {
      await writeDocument(storage, keys.repository, head, "fail", signal);
    } catch (raced) {
      if (!isDbsaveError(raced, "OBJECT_EXISTS")) throw raced;
    }
  }
}
