import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { noise } from "../codec/sample-bytes.ts";
import { heldBytes } from "../held-bytes.ts";
import { idle, inTime } from "../storage/storage-steps.ts";
import { endless, eventually, shell, start } from "./tool-steps.ts";
import type { ToolPromise } from "./tool-subject.ts";

const MiB = 1024 * 1024;

export const streamingPromises: readonly ToolPromise[] = [
  {
    name: "passes every byte unchanged, in and out",
    run: async ({ tools }) => {
      const bytes = Buffer.concat([noise(3 * MiB + 1), Buffer.from("\r\n\n\0\u0001\u0002\r")]);
      const { stdout, done } = tools.run("cat", [], { signal: idle, input: Readable.from([bytes]) });
      const received = await buffer(stdout);
      await done;
      assert.ok(received.equals(bytes), `${received.length} bytes of ${bytes.length} came back, or other ones`);
    },
  },
  {
    name: "keeps what a tool says on stderr out of its output",
    run: async ({ tools }) => {
      const script = "i=0; while [ $i -lt 200 ]; do echo out; echo err >&2; i=$((i+1)); done";
      assert.equal(await shell(tools, script), "out\n".repeat(200));
    },
  },
  {
    name: "ends the input of a tool when the input ends",
    run: async ({ tools }) => {
      const chunk = noise(MiB);
      const hash = createHash("sha256");
      for (let i = 0; i < 24; i++) hash.update(chunk);
      const input = Readable.from(Array.from({ length: 24 }, () => chunk));
      const { stdout, done } = tools.run("sha256sum", [], { signal: idle, input });
      assert.equal((await text(stdout)).slice(0, 64), hash.digest("hex"));
      await done;
    },
  },
  {
    name: "lets a tool stop reading early, and closes the input",
    run: async ({ tools, patienceMs }) => {
      const input = Readable.from(endless());
      const { stdout, done } = tools.run("head", ["-c", "3"], { signal: idle, input });
      assert.equal(await inTime(patienceMs, "its output", text(stdout)), "xxx");
      await inTime(patienceMs, "a tool with enough", done);
      await eventually(patienceMs, "the input is still open", async () => input.destroyed);
    },
  },
  {
    name: "reads no further than its reader, so that memory does not grow with the output",
    run: async ({ tools, patienceMs }) => {
      const before = heldBytes();
      const { stdout, done } = start(tools, `head -c ${96 * MiB} /dev/zero`);
      let size = 0;
      let most = 0;
      for await (const chunk of stdout as AsyncIterable<Buffer>) {
        if (size === 0) {
          await setTimeout(1500); // time in which a runner that does not wait reads on
          most = heldBytes() - before;
        }
        size += chunk.length;
        if (size % (16 * MiB) < chunk.length) most = Math.max(most, heldBytes() - before);
      }
      await inTime(patienceMs, "the end", done);
      assert.equal(size, 96 * MiB);
      assert.ok(most < 16 * MiB, `${most} bytes were held`);
    },
  },
];
