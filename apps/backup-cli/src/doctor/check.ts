import { ERRORS, type ErrorCode, type Finding, toDbsaveError } from "@dbsave/core";

/** Something that was looked at. `ok` is worth a line, too: it says what was checked. */
export interface Check {
  readonly severity: Finding["severity"] | "ok";
  /** What it is about: `node`, a storage, a target. */
  readonly about: string;
  readonly message: string;
  readonly code?: ErrorCode;
  readonly fix?: string;
  /** For the server's own client, run by an administrator. */
  readonly statements?: readonly string[];
}

export function ok(about: string, message: string): Check {
  return { severity: "ok", about, message };
}

export function fromFinding(about: string, { object, ...finding }: Finding): Check {
  return { ...finding, about, message: `${object}: ${finding.message}` };
}

/** Whatever `checks` throws becomes its last check: one thing that is broken does not hide the others. */
export async function* guarded(about: string, checks: () => AsyncIterable<Check>): AsyncGenerator<Check> {
  try {
    yield* checks();
  } catch (raw) {
    const { code, message, hint } = toDbsaveError(raw, "INTERNAL", about);
    if (code === "ABORTED") throw raw;
    yield { severity: "error", about, code, message, fix: hint };
  }
}

/** The status of the first error; 5 when there are only warnings. */
export function exitOfChecks(checks: readonly Check[]): number {
  const error = checks.find(({ severity }) => severity === "error");
  if (error !== undefined) return error.code === undefined ? 1 : ERRORS[error.code].exit;
  return checks.some(({ severity }) => severity === "warning") ? 5 : 0;
}
