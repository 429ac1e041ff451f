import { existsSync } from "node:fs";
import { DbsaveError, refusedTool, type ToolRunner } from "@dbsave/core";
import { minimalEnvironment } from "./environment.ts";
import { type HostSettings, startOnHost } from "./host-process.ts";
import { refusalOf } from "./refusal.ts";
import { superviseTool } from "./supervise.ts";

export interface HostToolsOptions {
  /**
   * The environment of the application. PATH, HOME, TMPDIR and TZ are taken from it, nothing else.
   * @default {} which finds programs in the usual system directories
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * How long a tool that must stop may take after SIGTERM before SIGKILL, in milliseconds.
   * @default 5000
   */
  readonly killAfterMs?: number;
}

/**
 * Runs programs of this machine, without a shell. Each gets its own process group; when it must stop (abort, stall, failed
 * input, output no longer wanted) the whole group is stopped, and `done` settles only when it is gone.
 *
 * `done` and `stdout` fail together, with TOOL_FAILED, TOOL_MISSING, PERMISSION_DENIED, TIMED_OUT, ABORTED, or the error of
 * `input` or of the reader of `stdout`. `done` waits until `stdout` was read, so read or `resume()` it. Errors
 * quote the end of stderr without the secrets given in `env`, and never any argument.
 */
export function hostTools(options: HostToolsOptions = {}): ToolRunner {
  return toolsOnHost(options.env ?? {}, { killAfterMs: options.killAfterMs ?? 5000 });
}

/** As `hostTools`, with what throw-away servers need besides. */
export function toolsOnHost(env: Readonly<Record<string, string | undefined>>, settings: HostSettings): ToolRunner {
  const environment = minimalEnvironment(env);
  return {
    run(tool, args, toolOptions) {
      const refusal = refusalOf(tool, args, toolOptions) ?? missingDirectory(tool, toolOptions.cwd);
      if (refusal) return refusedTool(refusal, toolOptions.input);
      return superviseTool(tool, args, toolOptions, environment, (program) => startOnHost(program, settings));
    },
  };
}

function missingDirectory(tool: string, cwd: string | undefined): DbsaveError | undefined {
  if (cwd === undefined || existsSync(cwd)) return undefined;
  return new DbsaveError("OPTIONS_INVALID", `${tool}: no such working directory: ${cwd}`);
}
