import { addAbortListener } from "node:events";
import { type Readable, Transform, type Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { callbackify } from "node:util";
import { DbsaveError, type RunningTool, type ToolOptions, toDbsaveError } from "@dbsave/core";
import { revealEnvironment, secretValues } from "./environment.ts";
import { feed } from "./feed.ts";
import { outputTail } from "./output-tail.ts";
import { watchStall } from "./stall.ts";
import { toolFailure } from "./tool-failure.ts";
import type { Launch } from "./tool-process.ts";

/** Starts a tool with `launch` and `base` plus its own environment, and watches it until it and all it started are gone. */
export function superviseTool(
  tool: string,
  args: readonly string[],
  options: ToolOptions,
  base: Readonly<Record<string, string>>,
  launch: Launch,
): RunningTool {
  const { input, signal, stallTimeoutMs, cwd, env = {} } = options;
  const child = launch({
    tool,
    args,
    env: { ...base, ...revealEnvironment(env) },
    cwd,
    hasInput: input !== undefined,
  });
  const tail = outputTail(secretValues(env));
  let failure: DbsaveError | undefined;
  let isSettled = false;

  const stop = (reason: DbsaveError) => {
    if (isSettled || failure) return;
    failure = reason;
    child.stop();
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

  const succeed = async () => {
    const exit = await child.exit;
    if (exit.exitCode !== 0 || !(await isReadToEnd(child.stdout)) || failure) {
      throw failure ?? toolFailure(tool, exit, tail.text());
    }
  };
  const settled = succeed().finally(() => {
    isSettled = true;
    stall.stop();
    abort[Symbol.dispose]();
  });
  const done = settled.catch(async (error: unknown) => {
    child.stdout.destroy();
    child.stdin?.destroy();
    const reason = failure ?? toDbsaveError(error, "TOOL_FAILED", tool);
    await child.sweep().catch((left: unknown) => {
      throw withLeftover(reason, left);
    });
    throw reason;
  });

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

/** A program may be over long before a slow reader took the last of its output. */
async function isReadToEnd(output: Readable): Promise<boolean> {
  return await finished(output, { writable: false }).then(
    () => true,
    () => false, // it broke off, or was given up
  );
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

/** The first reason counts; that something is left of the tool must be known as well. */
function withLeftover(reason: DbsaveError, left: unknown): DbsaveError {
  const { message, hint } = toDbsaveError(left, "TOOL_FAILED", "it may still run");
  return new DbsaveError(reason.code, `${reason.message}; ${message}`, { cause: reason, hint });
}
