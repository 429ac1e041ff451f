import { DbsaveError } from "@dbsave/core";
import { execa } from "execa";
import type { Program, ToolExit, ToolProcess } from "./tool-process.ts";

export interface HostSettings {
  /** How long a program may take to end when it is asked to. */
  readonly killAfterMs: number;
  /** @default "SIGTERM" */
  readonly stopSignal?: NodeJS.Signals;
  /** Run as somebody else; only root can. */
  readonly owner?: HostOwner | undefined;
}

export interface HostOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Starts a program of this machine in a process group of its own, without a shell. */
export function startOnHost(program: Program, settings: HostSettings): ToolProcess {
  const { tool, env } = program;
  const child = spawn(program, settings);

  const watch = async (): Promise<ToolExit> => {
    const { exitCode, signal, code } = await child;
    if (exitCode === undefined && signal === undefined) throw startFailure(tool, code ?? "unknown", env["PATH"] ?? "");
    return { exitCode, signal };
  };

  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exit: watch(),
    stop() {
      child.kill();
      child.stdout.destroy(); // or a tool that waits for a reader, or a child of it that left the group, holds `exit` back
      child.stderr.destroy();
    },
    sweep: async () => {
      child.kill("SIGKILL"); // what is left of the group
    },
  };
}

function spawn(
  { tool, args, env, cwd, hasInput }: Program,
  { killAfterMs, stopSignal = "SIGTERM", owner }: HostSettings,
) {
  return execa(tool, [...args], {
    env,
    extendEnv: false,
    ...(cwd === undefined ? {} : { cwd }),
    ...(owner === undefined ? {} : { uid: owner.uid, gid: owner.gid }),
    stdin: hasInput ? "pipe" : "ignore",
    stdout: "pipe",
    stderr: "pipe",
    encoding: "buffer",
    buffer: false,
    reject: false,
    killDescendants: true,
    killSignal: stopSignal,
    forceKillAfterDelay: killAfterMs,
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
