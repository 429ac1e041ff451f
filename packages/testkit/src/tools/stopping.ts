import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { idle, inTime } from "../storage/storage-steps.ts";
import { endless, eventually, failed, failureOf, shell, start, uniqueSleep } from "./tool-steps.ts";
import type { ToolPromise, ToolTrial } from "./tool-subject.ts";

export const stoppingPromises: readonly ToolPromise[] = [
  {
    name: "ends a cancelled tool with everything it started, also what ignores SIGTERM",
    run: async (trial) => {
      const sleep = uniqueSleep();
      const script = `trap '' TERM; sleep ${sleep} & (trap '' TERM; exec sleep ${sleep} >/dev/null 2>&1) & sleep ${sleep}`;
      const controller = new AbortController();
      const tool = start(trial.tools, script, [], { signal: controller.signal });
      await untilRunning(trial, sleep, 4);
      controller.abort();
      await failed(tool, "ABORTED", trial.patienceMs);
      await untilGone(trial, sleep);
    },
  },
  {
    name: "lets a cancelled tool clean up after itself",
    run: async (trial) => {
      const sleep = uniqueSleep();
      const file = `/tmp/dbsave-trial-${randomUUID()}`;
      const controller = new AbortController();
      const script = `touch "$1"; trap 'rm "$1"; exit 1' TERM; sleep ${sleep} & wait`;
      const tool = start(trial.tools, script, [file], { signal: controller.signal });
      await untilRunning(trial, sleep, 2);
      controller.abort();
      await failed(tool, "ABORTED", trial.patienceMs);
      assert.equal(await failureOf(shell(trial.tools, '! test -e "$1"', [file])), undefined);
    },
  },
  {
    name: "says TIMED_OUT when a tool neither reads nor writes, and ends it",
    run: async (trial) => {
      const sleep = uniqueSleep();
      const options = { input: Readable.from(endless()), stallTimeoutMs: 1500 };
      await failed(start(trial.tools, `sleep ${sleep}`, [], options), "TIMED_OUT", trial.patienceMs);
      await untilGone(trial, sleep);
    },
  },
  {
    name: "does not blame a tool for a slow reader or a slow input",
    run: async ({ tools, patienceMs }) => {
      const size = 8 * 1024 * 1024;
      const input = Readable.from(
        (async function* () {
          yield Buffer.alloc(size, "x");
          await setTimeout(2500);
          yield "end";
        })(),
      );
      const { stdout, done } = tools.run("cat", [], { signal: idle, input, stallTimeoutMs: 1500 });
      await setTimeout(2500);
      let received = 0;
      for await (const chunk of stdout as AsyncIterable<Buffer>) received += chunk.length;
      await inTime(patienceMs, "the end", done);
      assert.equal(received, size + 3);
    },
  },
  {
    name: "never lets a failed input look like a whole one",
    run: async ({ tools, patienceMs }) => {
      const file = `/tmp/dbsave-trial-${randomUUID()}`;
      const input = Readable.from(
        (async function* () {
          yield "half of it";
          await setTimeout(500);
          throw Object.assign(new Error("write: no space left"), { code: "ENOSPC" });
        })(),
      );
      await failed(start(tools, 'cat >/dev/null; touch "$1"', [file], { input }), "NO_SPACE", patienceMs);
      assert.equal(await failureOf(shell(tools, '! test -e "$1"', [file])), undefined);
    },
  },
  {
    name: "ends a tool whose output nobody takes any more, for the reader's reason",
    run: async (trial) => {
      const { tools, patienceMs } = trial;
      const mark = randomUUID();
      const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      const sink = new Writable({ write: (_chunk, _encoding, next) => next(full) });
      const { stdout, done } = tools.run("yes", [mark], { signal: idle });
      done.catch(() => undefined);
      assert.equal(await inTime(patienceMs, "the reader", failureOf(pipeline(stdout, sink))), full);
      const reason = await inTime(patienceMs, "the tool", failureOf(done));
      assert.equal((reason as { readonly code?: string } | undefined)?.code, "NO_SPACE");
      await untilGone(trial, mark);
    },
  },
  {
    name: "leaves nothing behind of a tool that failed",
    run: async (trial) => {
      const sleep = uniqueSleep();
      const script = `sleep ${sleep} >/dev/null 2>&1 & exit 3`;
      await failed(start(trial.tools, script), "TOOL_FAILED", trial.patienceMs);
      await untilGone(trial, sleep);
    },
  },
];

async function untilRunning({ running, patienceMs }: ToolTrial, text: string, count: number): Promise<void> {
  const isSo = async (): Promise<boolean> => (await running(text)).length >= count;
  await eventually(patienceMs, `fewer than ${count} processes`, isSo);
}

/** A process takes a moment to go after SIGKILL. */
async function untilGone({ running }: ToolTrial, text: string): Promise<void> {
  await eventually(1000, "something is left running", async () => (await running(text)).length === 0);
}
