import { once } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { DbsaveError, type RunContext, type RunningTool, refusedTool, type ToolRunner } from "@dbsave/core";
import { expect, it } from "vitest";
import { runWith, withContext } from "../src/run/context.ts";

/** What `work` gives, and every error that nobody handled while it ran. */
async function watched<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly unhandled: unknown[] }> {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => {
    unhandled.push(error);
  };
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  try {
    const result = await work();
    await new Promise(setImmediate);
    return { result, unhandled };
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of others) process.on("unhandledRejection", listener);
  }
}

const inContext = (work: (ctx: RunContext) => Promise<unknown>): Promise<unknown> =>
  withContext(runWith({}), "orders", "backup", work).catch((error: unknown) => error);
const start = (tools: ToolRunner, input?: Readable): RunningTool => {
  const { signal } = new AbortController();
  return tools.run("pg_dump", [], input === undefined ? { signal } : { signal, input });
};

it("without a tool runner a tool is missing, whichever end of it is watched", async () => {
  for (const watch of [({ stdout }: RunningTool) => text(stdout), ({ done }: RunningTool) => done]) {
    const { result, unhandled } = await watched(() => inContext(async ({ tools }) => await watch(start(tools))));
    expect(result).toMatchObject({ code: "TOOL_MISSING" });
    expect(unhandled).toEqual([]);
  }
});

it("a tool that is refused takes no input", async () => {
  const input = new Readable({ read() {} });
  const closed = once(input, "close");
  const { done } = refusedTool(new DbsaveError("TOOL_MISSING", "pg_dump: missing"), input);
  await expect(done).rejects.toMatchObject({ code: "TOOL_MISSING" });
  await closed;
  expect(input.destroyed).toBe(true);
});

it("nothing starts once the run is cancelled", async () => {
  const run = runWith({ signal: AbortSignal.abort() });
  const started: unknown[] = [];
  const work = withContext(run, "orders", "backup", async (ctx) => started.push(ctx));
  await expect(work).rejects.toMatchObject({ code: "ABORTED", message: "backup of orders: cancelled" });
  expect(started).toEqual([]);
});

it("a listener that throws disturbs nobody", () => {
  const { report, now } = runWith({
    report: () => {
      throw new Error("the listener's own");
    },
  });
  expect(() => report({ type: "note", at: now(), target: "orders", phase: "backup", message: "x" })).not.toThrow();
});
