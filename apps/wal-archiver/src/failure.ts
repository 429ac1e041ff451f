import { type ErrorCode, toDbsaveError } from "@dbsave/core";

/** How an error is told: what failed, and what to do. Unknown errors are defects of dbsave. */
export function failureText(raw: unknown, signal?: AbortSignal): { readonly code: ErrorCode; readonly text: string } {
  const error = toDbsaveError(raw, "INTERNAL", "unexpected", signal);
  const stack = error.code === "INTERNAL" && raw instanceof Error ? `\n${raw.stack}` : "";
  return { code: error.code, text: `${error.message}\n  ${error.hint}${stack}` };
}
