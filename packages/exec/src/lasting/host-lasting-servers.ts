import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { DbsaveError, type LastingServer, type LastingServerRunner, throwIfAborted } from "@dbsave/core";
import { captureText } from "../capture-text.ts";
import { minimalEnvironment } from "../environment.ts";
import type { HostOwner } from "../host-process.ts";
import { toolsOnHost } from "../host-tools.ts";
import { directoryOwner } from "./directory-owner.ts";
import { growingFile } from "./growing-file.ts";
import { shellWords } from "./shell-words.ts";
import { stopWithinSeconds } from "./stop-within.ts";

export interface HostLastingServersOptions {
  /**
   * As of `hostTools`.
   * @default {}
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const killAfterMs = 5000;

/**
 * Starts servers from the programs of this machine that go on when this process has ended, in a session of their own. What they print is
 * appended to the log file.
 */
export function hostLastingServers({ env = {} }: HostLastingServersOptions = {}): LastingServerRunner {
  return {
    async start(describe, { name, signal, directories: [directory], logFile }) {
      const owner = await directoryOwner(directory, name);
      const tools = toolsOnHost(env, { killAfterMs, owner });
      const { tool, args, stop, stopSignal } = await describe(tools);
      const stopCommand = shellWords([...(await asOwner(owner, tools, signal)), ...stop]);
      throwIfAborted(signal, name);
      await using log = await open(logFile, "a", 0o600);
      await log.chown(owner.uid, owner.gid);
      const { size } = await log.stat();
      const child = spawn(tool, [...args], {
        cwd: directory,
        env: minimalEnvironment(env),
        uid: owner.uid,
        gid: owner.gid,
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
      });
      const over = Promise.withResolvers<void>();
      child.on("exit", () => over.resolve()).on("error", () => over.resolve());
      if (child.pid === undefined) throw new DbsaveError("TOOL_FAILED", `${name}: ${tool} could not be started`);
      child.unref();
      const { pid } = child;
      const lines = growingFile(logFile, size, over.promise);
      return {
        where: `process ${pid}`,
        stopCommand,
        logCommand: shellWords(["cat", logFile]),
        tools,
        lines,
        stop: () => stopChild(child, stopSignal, over.promise),
        async [Symbol.asyncDispose]() {},
      } satisfies LastingServer;
    },
  };
}

/** What root puts before a command to run it as `owner`. */
async function asOwner(
  { uid }: HostOwner,
  tools: ReturnType<typeof toolsOnHost>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  return ["runuser", "-u", (await captureText(tools, "id", ["-nu", String(uid)], { signal })).trim(), "--"];
}

/** Asks again: a server that is only just starting may not listen yet. */
async function stopChild(child: ChildProcess, stopSignal: NodeJS.Signals, over: Promise<void>): Promise<void> {
  const ended = over.then(() => true);
  const deadline = performance.now() + stopWithinSeconds * 1000;
  do child.kill(performance.now() < deadline ? stopSignal : "SIGKILL");
  while (!(await Promise.race([ended, setTimeout(1000, false)])));
}
