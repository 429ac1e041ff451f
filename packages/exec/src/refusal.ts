import { DbsaveError, type ToolOptions } from "@dbsave/core";

/** Why a tool cannot even be tried. A NUL byte would end the argument early, so that another one is meant. */
export function refusalOf(tool: string, args: readonly string[], options: ToolOptions): DbsaveError | undefined {
  if (options.signal.aborted) {
    return new DbsaveError("ABORTED", `${tool}: cancelled before it started`, { cause: options.signal.reason });
  }
  const withNul = [tool, ...args].findIndex((value) => value.includes("\0"));
  if (withNul >= 0) return new DbsaveError("OPTIONS_INVALID", `${tool}: argument ${withNul} holds a NUL byte`);
  return undefined;
}
