import { DbsaveError } from "@dbsave/core";

/** On a standby: what was read had to make way for what the primary did. */
export function replayConflict(cause: unknown, what: string): DbsaveError {
  return new DbsaveError("CONNECT_FAILED", `${what}: the standby ended a session for which its replay could not wait`, {
    cause,
    hint: "Set hot_standby_feedback = on, or raise max_standby_streaming_delay on the standby; or back up the primary.",
  });
}
