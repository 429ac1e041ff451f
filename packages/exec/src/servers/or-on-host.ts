import { type ErrorCode, isDbsaveError } from "@dbsave/core";

/** There is no engine, or it cannot make such a server. */
const noContainer: ReadonlySet<ErrorCode> = new Set([
  "CONNECT_FAILED",
  "OPTIONS_INVALID",
  "PERMISSION_DENIED",
  "TOOL_MISSING",
  "UNSUPPORTED",
]);

/**
 * What `inContainer` gives, or `onHost` where there is no engine or no such image. When the programs are missing there, too, the error is
 * the one of the container.
 */
export async function orOnHost<T>(inContainer: () => Promise<T>, onHost: () => Promise<T>): Promise<T> {
  try {
    return await inContainer();
  } catch (error) {
    if (!isDbsaveError(error) || !noContainer.has(error.code)) throw error;
    return await onHost().catch((own: unknown) => {
      throw isDbsaveError(own, "TOOL_MISSING") ? error : own;
    });
  }
}
