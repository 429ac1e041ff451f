import type { Readable } from "node:stream";
import type { Codec } from "../contracts/codec.ts";
import type { LogFile, LogStore, NewLogFile } from "../contracts/log.ts";
import type { ObjectInfo, Storage } from "../contracts/storage.ts";
import { DbsaveError, isDbsaveError } from "../errors/dbsave-error.ts";
import { checkTargetName, keys } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import { abortStream } from "../streams/abort.ts";
import { CheckedStream } from "../streams/checked-stream.ts";
import { connect } from "../streams/connect.ts";
import { readBytes } from "../streams/read-bytes.ts";
import { logFileOf, logKey } from "./log-key.ts";

/**
 * The log of `target`. Contents are a part of each key, so that two writers can never replace one another's: of a name with
 * different contents the second is refused, and a reader refuses both when two writers raced.
 */
export function openLog(
  repository: Repository,
  target: string,
  codecs: readonly Codec[],
  signal: AbortSignal,
): LogStore {
  checkTargetName(target);
  const { storage } = repository;

  const list = async (prefix: string): Promise<readonly LogFile[]> => {
    const files: LogFile[] = [];
    for await (const object of storage.list(prefix, signal)) files.push(...known(target, object));
    return files;
  };

  /** All that is archived under one name, which must have the contents of `file`. */
  const sameNamed = async (file: NewLogFile): Promise<readonly LogFile[]> => {
    const named = await list(`${keys.log(target)}${file.folder}/${file.name}-`);
    refuseOthers(target, file, named);
    return named;
  };

  const append = async (file: NewLogFile, body: (() => Readable) | Buffer): Promise<"stored" | "present"> => {
    for (const before of await sameNamed(file))
      if (await isSettled(storage, logKey(target, before), signal)) return "present";
    const plain = Buffer.isBuffer(body) ? readBytes(body) : connect(body(), checked(target, file));
    const coded = connect(plain, ...codecs.map((codec) => codec.encoder()));
    const key = logKey(target, { ...file, extensions: codecs.map(({ extension }) => extension) });
    try {
      await storage.put(key, coded, { signal, ifExists: "replace" });
    } finally {
      coded.destroy();
    }
    // Writers that race with different contents store first and look later, so that at least one sees the other.
    await sameNamed(file);
    return "stored";
  };

  return {
    append,
    list: async (folder) => await list(folder === undefined ? keys.log(target) : `${keys.log(target)}${folder}/`),
    async open(file) {
      const decoders = file.extensions.toReversed().map((extension) => decoderOf(extension, codecs, file));
      const stored = await storage.get(logKey(target, file), { signal });
      return abortStream(connect(stored, ...decoders, checked(target, file)), signal, `${target}: ${file.name}`);
    },
    remove: async (file) => await storage.delete(logKey(target, file), signal),
  };
}

/** What a key stands for: one file, or none when somebody else put it there. */
function known(target: string, { key, sizeBytes, modifiedAt }: ObjectInfo): readonly LogFile[] {
  const file = logFileOf(key.slice(keys.log(target).length));
  return file === null ? [] : [{ ...file, storedBytes: sizeBytes, archivedAt: modifiedAt }];
}

function checked(target: string, { name, plainSha256 }: NewLogFile): CheckedStream {
  return new CheckedStream({ sha256: plainSha256, what: `${target}: ${name}` });
}

/** False when it was removed meanwhile. */
async function isSettled(storage: Storage, key: string, signal: AbortSignal): Promise<boolean> {
  try {
    await storage.settle?.(key, signal);
    return true;
  } catch (error) {
    if (isDbsaveError(error, "OBJECT_NOT_FOUND")) return false;
    throw error;
  }
}

function refuseOthers(target: string, { name, plainSha256 }: NewLogFile, files: readonly LogFile[]): void {
  if (files.every((file) => file.plainSha256 === plainSha256)) return;
  throw new DbsaveError("OBJECT_EXISTS", `${target}: ${name}: other contents are archived under this name`, {
    hint: "Two servers archive to one place, or one was restored and kept its timeline. Give each its own target.",
  });
}

function decoderOf(extension: string, codecs: readonly Codec[], { name }: LogFile): ReturnType<Codec["decoder"]> {
  const codec = codecs.find((candidate) => candidate.extension === extension);
  if (codec !== undefined) return codec.decoder();
  throw new DbsaveError("UNSUPPORTED", `${name}: no codec for "${extension}" was given to decode it`);
}
