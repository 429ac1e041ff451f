import { DbsaveError } from "@dbsave/core";
import type { ToolExit } from "./tool-process.ts";

export function toolFailure(tool: string, exit: ToolExit, output: string): DbsaveError {
  if (exit.exitCode === 0) return new DbsaveError("TOOL_FAILED", `${tool}: its output broke off`);
  const how = exit.signal === undefined ? `exit status ${exit.exitCode}` : `killed by ${exit.signal}`;
  const message = `${tool}: ${how}: ${output === "" ? "it printed no reason" : output}`;
  if (output.includes("No space left on device")) return new DbsaveError("NO_SPACE", message);
  if (exit.signal !== "SIGKILL") return new DbsaveError("TOOL_FAILED", message);
  return new DbsaveError("TOOL_FAILED", message, {
    hint: "Somebody else sent SIGKILL; when it was the kernel for lack of memory, `dmesg` says so.",
  });
}
