import { constants } from "node:fs";
import { open } from "node:fs/promises";

export interface SmallFile {
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
  /** User id of the owner. */
  readonly owner: number;
}

/**
 * A whole text file of at most `limitBytes`. What is checked is what is read: mode and owner come from the open file.
 * Throws an ordinary Error whose message is a reason for people, without content.
 */
export async function readSmallFile(path: string, limitBytes: number): Promise<SmallFile> {
  // Without O_NONBLOCK a pipe in place of the file would block for ever.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(rethrowReason);
  const stat = await file.stat();
  if (!stat.isFile()) throw new Error("not a regular file");
  if (stat.size > limitBytes) throw new Error(`larger than ${limitBytes} bytes`);
  const buffer = Buffer.alloc(limitBytes + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read) {
    ({ bytesRead: read } = await file.read(buffer, length));
  }
  if (length > limitBytes) throw new Error(`larger than ${limitBytes} bytes`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, length));
    return { text, mode: stat.mode & 0o777, owner: stat.uid };
  } catch {
    throw new Error("not UTF-8 text");
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file"],
  ["ENOTDIR", "no such file"],
  ["EACCES", "permission denied"],
  ["EISDIR", "not a regular file"],
  ["ENXIO", "not a regular file"],
  ["ELOOP", "too many symbolic links"],
]);

function rethrowReason(cause: Error & { readonly code?: string }): never {
  throw Object.assign(new Error(reasons.get(cause.code ?? "") ?? cause.message, { cause }), { code: cause.code });
}
