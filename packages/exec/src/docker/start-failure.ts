import { DbsaveError } from "@dbsave/core";

/** Why the engine could not start a program. It tells so in words only, in place of the program's output. */
export function startFailure(tool: string, words: string, where: string): DbsaveError {
  const said = words.trim().replace(/^OCI runtime exec failed: exec failed: /, "");
  if (/chdir to cwd/.test(said)) {
    return new DbsaveError("OPTIONS_INVALID", `${tool}: no such working directory in ${where}: ${said}`);
  }
  if (/unable to find user|no matching entries in passwd/.test(said)) {
    return new DbsaveError("OPTIONS_INVALID", `${tool}: no such user in ${where}: ${said}`);
  }
  if (/executable file not found|no such file or directory/.test(said)) {
    return new DbsaveError("TOOL_MISSING", `${tool}: no such program in ${where}`, {
      hint: `Use an image that has ${tool}, or run the tool on the host.`,
    });
  }
  if (/stopped|not running/.test(said)) {
    return new DbsaveError("CONNECT_FAILED", `${tool}: the container does not run: ${where}: ${said}`);
  }
  if (/permission denied/.test(said)) {
    return new DbsaveError("PERMISSION_DENIED", `${tool}: it may not be executed in ${where}`);
  }
  return new DbsaveError("TOOL_FAILED", `${tool}: it could not be started in ${where}: ${said}`);
}
