import { chown } from "node:fs/promises";
import { isDbsaveError, type RunningTool, type ToolRunner } from "@dbsave/core";
import { toolText } from "./tools/tool-text.ts";

/** Runs a program as whoever may own a server. */
export type Runner = (command: readonly [string, ...string[]], signal: AbortSignal) => RunningTool;

const nobody = 65_534;

/** PostgreSQL refuses to run as root: then it is the user `postgres`, or nobody, who gets `directory`. */
export async function unprivileged(tools: ToolRunner, directory: string, signal: AbortSignal): Promise<Runner> {
  if (process.getuid?.() !== 0)
    return ([tool, ...args], inner) => tools.run(tool, args, { signal: inner, cwd: directory });
  const uid = await idOf(tools, "-u", signal);
  const gid = await idOf(tools, "-g", signal);
  await chown(directory, uid, gid);
  const become = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--"];
  return (command, inner) => tools.run("setpriv", [...become, ...command], { signal: inner, cwd: directory });
}

async function idOf(tools: ToolRunner, which: "-u" | "-g", signal: AbortSignal): Promise<number> {
  try {
    return Number(await toolText(tools, "id", [which, "postgres"], { signal }));
  } catch (error) {
    if (isDbsaveError(error, "TOOL_FAILED")) return nobody;
    throw error;
  }
}
