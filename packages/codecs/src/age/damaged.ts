import { DbsaveError } from "@dbsave/core";

export function damaged(what: string, cause?: unknown): DbsaveError {
  return new DbsaveError("DECODE_FAILED", `age: cannot decode: ${what}`, { cause });
}
