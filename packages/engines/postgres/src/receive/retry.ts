import { type DbsaveError, isDbsaveError, systemCode, toDbsaveError } from "@dbsave/core";

const longestMs = 30_000;

/** How long to wait after so many failures: a second, then twice as long each time, at most half a minute. */
export function backoffMs(failures: number): number {
  return Math.min(longestMs, 1000 * 2 ** (failures - 1));
}

/** Whether trying again can help somebody who has time: a disk can be mounted again, too. */
export function mayPass(error: unknown): error is DbsaveError {
  return isDbsaveError(error) && (error.facts.retryable || error.code === "REPOSITORY_NOT_FOUND");
}

/** An error of the system is one of the spool's disk; others stay what they are. */
export function ofSpool(error: unknown, directory: string): unknown {
  if (isDbsaveError(error) || systemCode(error) === undefined) return error;
  return toDbsaveError(error, "STORAGE_FAILED", `postgres: spool ${directory}`);
}
