import { ERRORS, type ErrorCode, type ErrorFacts } from "./error-table.ts";

const brand = Symbol.for("@dbsave/error");

export interface DbsaveErrorOptions {
  readonly cause?: unknown;
  /** What to do next, one sentence. Without it the code's remedy is shown. */
  readonly hint?: string;
}

/**
 * The only error dbsave throws on purpose. `message` reads `engine: what failed: which object`, never holds a secret,
 * and `hint` says what to do next. Recognise it with `isDbsaveError`, which also works across duplicate installs.
 */
export class DbsaveError extends Error {
  override readonly name = "DbsaveError";
  readonly code: ErrorCode;
  readonly hint: string;
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, options: DbsaveErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? ERRORS[code].remedy;
  }

  get facts(): ErrorFacts {
    return ERRORS[this.code];
  }

  toJSON(): { readonly code: ErrorCode; readonly message: string; readonly hint: string } {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}

/** True for a `DbsaveError` of any installed copy of this package; with `code`, only for that code. */
export function isDbsaveError(error: unknown, code?: ErrorCode): error is DbsaveError {
  return (
    typeof error === "object" &&
    error !== null &&
    brand in error &&
    (code === undefined || (error as DbsaveError).code === code)
  );
}

/**
 * `error` itself when it is a `DbsaveError`; an `ABORTED` one when `signal` was the reason; else wrapped under `code`.
 * When cleaning up failed as well (`SuppressedError`), the failure that came first decides.
 */
export function toDbsaveError(error: unknown, code: ErrorCode, what: string, signal?: AbortSignal): DbsaveError {
  if (isDbsaveError(error)) return error;
  if (error instanceof SuppressedError) return toDbsaveError(error.suppressed, code, what, signal);
  if (signal?.aborted) return new DbsaveError("ABORTED", `${what}: cancelled`, { cause: error });
  const systemCode = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
  return new DbsaveError(systemErrors.get(String(systemCode)) ?? code, message, { cause: error });
}

const systemErrors: ReadonlyMap<string, ErrorCode> = new Map([
  ["ENOSPC", "NO_SPACE"],
  ["EDQUOT", "NO_SPACE"],
  ["EFBIG", "NO_SPACE"],
  ["EACCES", "PERMISSION_DENIED"],
  ["EPERM", "PERMISSION_DENIED"],
  ["EROFS", "PERMISSION_DENIED"],
]);
