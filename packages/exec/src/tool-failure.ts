import { DbsaveError } from "@dbsave/core";

/** What is known of a program that ended badly. Never execa's own error: its every text holds all arguments. */
export interface ToolExit {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** The system's code when the program could not be started: `ENOENT`. */
  readonly code?: string | undefined;
}

export function toolFailure(tool: string, exit: ToolExit, output: string, path: string): DbsaveError {
  if (exit.exitCode === undefined && exit.signal === undefined) return startFailure(tool, exit.code ?? "unknown", path);
  if (exit.exitCode === 0) return new DbsaveError("TOOL_FAILED", `${tool}: its output broke off`);
  const how = exit.signal === undefined ? `exit status ${exit.exitCode}` : `killed by ${exit.signal}`;
  const message = `${tool}: ${how}: ${output === "" ? "it printed no reason" : output}`;
  if (exit.signal !== "SIGKILL") return new DbsaveError("TOOL_FAILED", message);
  return new DbsaveError("TOOL_FAILED", message, {
    hint: "Somebody else sent SIGKILL; when it was the kernel for lack of memory, `dmesg` says so.",
  });
}

function startFailure(tool: string, code: string, path: string): DbsaveError {
  if (code === "ENOENT") {
    const where = tool.includes("/") ? "no such file" : `no such program in ${path}`;
    return new DbsaveError("TOOL_MISSING", `${tool}: ${where}`, {
      hint: `Install the package that provides ${tool}, or correct PATH.`,
    });
  }
  if (code === "EACCES") return new DbsaveError("PERMISSION_DENIED", `${tool}: it may not be executed`);
  return new DbsaveError("TOOL_FAILED", `${tool}: it could not be started: ${code}`);
}
