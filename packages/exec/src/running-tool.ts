import { addAbortListener } from "node:events";
import { type Readable, Transform, type Writable } from "node:stream";
import { callbackify } from "node:util";
import { DbsaveError, type RunningTool, refusedTool, type ToolOptions, toDbsaveError } from "@dbsave/core";
import { execa } from "execa";
import { type Environment, revealEnvironment, secretValues } from "./environment.ts";
import { feed } from "./feed.ts";
import { outputTail } from "./output-tail.ts";
import { refusalOf } from "./refusal.ts";
import { watchStall } from "./stall.ts";
import { toolFailure } from "./tool-failure.ts";

export interface HostSettings {
  readonly environment: Environment;
  readonly killAfterMs: number;
}

/** Starts one program and watches it until it and its whole process group are gone. */
export function startTool(
  tool: string,
  args: readonly string[],
  options: ToolOptions,
  settings: HostSettings,
): RunningTool {
  const refusal = refusalOf(tool, args, options);
  if (refusal) return refusedTool(refusal, options.input);

  const { input, signal, stallTimeoutMs, env = {} } = options;
  const environment = { ...settings.environment, ...revealEnvironment(env) };
  const child = spawn(tool, args, options, environment, settings.killAfterMs);
  const tail = outputTail(secretValues(env));
  let failure: DbsaveError | undefined;
  let isSettled = false;

  const stop = (reason: DbsaveError) => {
    if (isSettled || failure) return;
    failure = reason;
    child.kill("SIGTERM");
    child.stdout.destroy(); // or a tool that waits for a reader, or a child of it that left the group, holds `done` back
    child.stderr.destroy();
    stdout.destroy(reason);
  };

  const stall = watchStall(
    stallTimeoutMs,
    () => stdout.writableNeedDrain || isWaitingForInput(input, child.stdin),
    () => stop(new DbsaveError("TIMED_OUT", `${tool}: it neither read nor wrote for ${stallTimeoutMs} ms`)),
  );
  const abort = addAbortListener(signal, () => {
    stop(new DbsaveError("ABORTED", `${tool}: cancelled`, { cause: signal.reason }));
  });

  const settle = async () => {
    const result = await child;
    isSettled = true;
    stall.stop();
    abort[Symbol.dispose]();
    if (failure === undefined && result.exitCode === 0 && child.stdout.readableEnded) return;
    child.kill("SIGKILL"); // what is left of the group
    throw failure ?? toolFailure(tool, result, tail.text(), environment.PATH);
  };
  const done = settle();

  const stdout = checkedOutput(done, () => stall.touch());
  stdout.once("close", () => stop(readerFailure(tool, stdout.errored, signal)));

  child.stdout.pipe(stdout);
  child.stderr.on("data", (chunk: Buffer) => {
    stall.touch();
    tail.add(chunk);
  });
  if (input && child.stdin) {
    child.stdin.on("drain", () => stall.touch());
    feed(input, child.stdin, (error) => stop(toDbsaveError(error, "TOOL_FAILED", `${tool}: its input failed`, signal)));
  }
  return { stdout, done };
}

function spawn(tool: string, args: readonly string[], options: ToolOptions, env: Environment, killAfterMs: number) {
  return execa(tool, [...args], {
    env,
    extendEnv: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: options.input ? "pipe" : "ignore",
    stdout: "pipe",
    stderr: "pipe",
    encoding: "buffer",
    buffer: false,
    reject: false,
    killDescendants: true,
    forceKillAfterDelay: killAfterMs,
  });
}

/** Ends only after the tool succeeded, and fails as the tool does. A caller may watch only one of the two. */
function checkedOutput(done: Promise<void>, onBytes: () => void): Transform {
  const stdout = new Transform({
    transform(chunk, _encoding, callback) {
      onBytes();
      callback(null, chunk);
    },
    flush: callbackify(() => done),
  });
  stdout.on("error", () => {});
  done.catch((error: Error) => stdout.destroy(error));
  return stdout;
}

function isWaitingForInput(input: Readable | undefined, stdin: Writable | null): boolean {
  return input !== undefined && !input.readableEnded && stdin?.writableLength === 0;
}

function readerFailure(tool: string, error: Error | null, signal: AbortSignal): DbsaveError {
  if (error) return toDbsaveError(error, "TOOL_FAILED", `${tool}: its output could not be taken`, signal);
  return new DbsaveError("TOOL_FAILED", `${tool}: its output was not read to the end`);
}
