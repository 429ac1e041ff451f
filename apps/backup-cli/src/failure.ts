import { ERRORS, toDbsaveError } from "@dbsave/core";
import type { Outcome } from "./outcome.ts";

/** How an error is told: what failed, what to do, and the exit status of its code. Unknown errors are defects of dbsave. */
export function failureOutcome(raw: unknown, signal: AbortSignal): Outcome {
  const error = toDbsaveError(raw, "INTERNAL", "unexpected", signal);
  const { exit } = ERRORS[error.code];
  const stack = error.code === "INTERNAL" && raw instanceof Error ? `\n${raw.stack}` : "";
  return {
    exit,
    json: { type: "error", ...error.toJSON() },
    text: (paint) => `${paint("red", "dbsave:")} ${error.message}\n  ${error.hint}${stack}`,
  };
}
