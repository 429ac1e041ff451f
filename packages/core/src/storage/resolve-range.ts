import type { GetOptions } from "../contracts/storage.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** The bytes that `get` is to give of an object of `sizeBytes`; RANGE_INVALID when they are not all inside it. */
export function resolveRange(key: string, sizeBytes: number, options: Omit<GetOptions, "signal">): ByteRange {
  const offset = options.offset ?? 0;
  const length = options.length ?? sizeBytes - offset;
  const valid = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!valid || offset + length > sizeBytes) {
    throw new DbsaveError(
      "RANGE_INVALID",
      `storage: no ${options.length ?? "more"} bytes at ${offset} in ${sizeBytes}: ${key}`,
    );
  }
  return { offset, length };
}
