import { ERRORS, type ErrorCode } from "@dbsave/core";

const most = 125;

/**
 * The exit status of a failed push: 1 to 125. For anything above, and for a signal, a server starts its archiver anew and counts
 * no failure.
 */
export function pushStatus(code: ErrorCode): number {
  return ERRORS[code].exit <= most ? ERRORS[code].exit : 1;
}
