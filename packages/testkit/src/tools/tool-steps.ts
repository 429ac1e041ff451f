import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import {
  type DbsaveError,
  type ErrorCode,
  isDbsaveError,
  type RunningTool,
  type ToolOptions,
  type ToolRunner,
} from "@dbsave/core";
import { idle, inTime } from "../storage/storage-steps.ts";

/** What `sh` printed for a script. Fails as it does. */
export async function shell(
  tools: ToolRunner,
  script: string,
  args: readonly string[] = [],
  options: Partial<ToolOptions> = {},
): Promise<string> {
  const { stdout, done } = start(tools, script, args, options);
  const [printed] = await Promise.all([text(stdout), done]);
  return printed;
}

export function start(
  tools: ToolRunner,
  script: string,
  args: readonly string[] = [],
  options: Partial<ToolOptions> = {},
): RunningTool {
  const running = tools.run("sh", ["-c", script, "sh", ...args], { signal: idle, ...options });
  running.done.catch(() => undefined);
  return running;
}

/** That `stdout` and `done` fail in time with the same error, of this code. */
export async function failed({ stdout, done }: RunningTool, code: ErrorCode, patienceMs: number): Promise<DbsaveError> {
  const ends = Promise.all([failureOf(done), failureOf(stdout.resume().toArray())]);
  const [byDone, byStdout] = await inTime(patienceMs, "a tool that must fail", ends);
  assert.ok(isDbsaveError(byDone), `done: no error of dbsave: ${String(byDone)}`);
  assert.equal(byDone.code, code, `the wrong code: ${byDone.message}`);
  assert.ok(isDbsaveError(byStdout, code), `stdout did not fail as done did, but: ${String(byStdout)}`);
  return byDone;
}

/** Undefined when it did not fail. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Until `isSo`, or the promise is broken. */
export async function eventually(patienceMs: number, what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, what);
    await setTimeout(50);
  }
}

/** An argument for `sleep` that no other process has: ten minutes, so that a broken runner leaves nothing for ever. */
export function uniqueSleep(): string {
  return `600.${randomInt(10 ** 12, 10 ** 13)}`;
}

export function* endless(): Generator<Buffer> {
  const chunk = Buffer.alloc(65_536, "x");
  for (;;) yield chunk;
}
