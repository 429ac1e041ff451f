import { DbsaveError, type ErrorCode, isDbsaveError } from "@dbsave/core";

/** What an engine or the way to it answered, as one of our errors. `address` is the engine's, `what` was being done. */
export function dockerFailure(error: unknown, what: string, address: string): DbsaveError {
  if (isDbsaveError(error)) return error;
  const { code, statusCode, message, json } = factsOf(error);
  if (code === "EACCES" || code === "EPERM") {
    return new DbsaveError("PERMISSION_DENIED", `docker: ${what}: ${address} may not be opened`, {
      cause: error,
      hint: "Run as root or as a member of the socket's group (that is as good as root), or use a socket proxy.",
    });
  }
  if (statusCode === undefined) {
    return new DbsaveError("CONNECT_FAILED", `docker: ${what}: no engine answers at ${address}: ${code ?? message}`, {
      cause: error,
      hint: "Start Docker, or set DOCKER_HOST to where it listens.",
    });
  }
  return new DbsaveError(byStatus.get(statusCode) ?? "TOOL_FAILED", `docker: ${what}: ${json ?? message}`, {
    cause: error,
  });
}

/** 409: the container does not run. 403: a socket proxy that allows only some requests. */
const byStatus: ReadonlyMap<number, ErrorCode> = new Map([
  [401, "PERMISSION_DENIED"],
  [403, "PERMISSION_DENIED"],
  [404, "SOURCE_NOT_FOUND"],
  [409, "CONNECT_FAILED"],
]);

interface EngineError {
  readonly code?: string;
  readonly statusCode?: number;
  readonly message: string;
  readonly json?: string;
}

function factsOf(error: unknown): EngineError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, statusCode, json, message } = error as Error & {
    readonly code?: string;
    readonly statusCode?: number;
    readonly json?: { readonly message?: string };
  };
  return {
    message: message.trim(),
    ...(code === undefined ? {} : { code }),
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(json?.message === undefined ? {} : { json: json.message }),
  };
}
