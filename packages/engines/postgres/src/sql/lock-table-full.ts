import { DbsaveError } from "@dbsave/core";

/** `cause` is what the server said, to a session or to a tool. */
export function lockTableFull(cause: unknown, what: string): DbsaveError {
  return new DbsaveError("SOURCE_BUSY", `${what}: the server has no room for as many locks`, {
    cause,
    hint: "Run ALTER SYSTEM SET max_locks_per_transaction = 256; and restart the server. Times max_connections it must be more than there are tables.",
  });
}
