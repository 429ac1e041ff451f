import type { ErrorCode } from "@dbsave/core";

/** Why a job failed. It crosses over to the main thread and becomes a DbsaveError there, so that no worker has to load core. */
export class JobError extends Error {
  override readonly name = "JobError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
