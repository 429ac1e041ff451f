import { Readable } from "node:stream";
import type { RunningTool } from "../contracts/tool-runner.ts";
import type { DbsaveError } from "../errors/dbsave-error.ts";

/** A tool that never ran: both ends fail with `reason`, and neither is unhandled when a caller watches only the other. */
export function refusedTool(reason: DbsaveError, input?: Readable): RunningTool {
  input?.destroy();
  const stdout = new Readable({ read() {} });
  const done = Promise.reject(reason);
  stdout.on("error", () => {});
  done.catch(() => {});
  stdout.destroy(reason);
  return { stdout, done };
}
