import assert from "node:assert/strict";
import { type Duplex, PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { CodecPromise } from "./codec-subject.ts";
import { copies, encode } from "./run-codec.ts";
import { noise, pieces, repeated } from "./sample-bytes.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const blockBytes = 64 * KiB;
const blocks = 1024;
const heldAtMost = 20 * MiB;
const closesWithinMs = 2000;

export const flowPromises: readonly CodecPromise[] = [
  {
    name: "stops taking plain bytes while nobody reads",
    run: async ({ create }) => {
      await expectBoundedMemory(create().encoder(), repeated(noise(blockBytes), blocks));
    },
  },
  {
    name: "expands coded bytes no further than they are read",
    run: async ({ create }) => {
      const coded = await encode(create(), repeated(Buffer.alloc(blockBytes), blocks));
      await expectBoundedMemory(create().decoder(), pieces(coded, KiB));
    },
  },
  {
    name: "closes soon when it is destroyed or aborted half-way",
    run: async ({ create }) => {
      const plain = noise(MiB);
      const coded = await encode(create(), [plain]);
      for (const [open, half] of [
        [() => create().encoder(), plain],
        [() => create().decoder(), coded.subarray(0, coded.length / 2)],
      ] as const) {
        await expectClosedByDestroy(open(), half);
        await expectClosedByAbort(open(), half);
      }
    },
  },
];

/** Feeds `stream` without reading from it until it takes no more, and looks at what is held in memory then. */
async function expectBoundedMemory(stream: Duplex, input: Iterable<Buffer>): Promise<void> {
  const before = heldBytes();
  let taken = 0;
  const source = Readable.from(copies(input)).on("data", () => taken++);
  source.pipe(stream.on("error", () => {}));
  for (let quiet = 0, seen = -1; quiet < 10; quiet = seen === taken ? quiet + 1 : 0) {
    seen = taken;
    await wait(10);
  }
  const held = heldBytes() - before;
  source.destroy();
  stream.destroy();
  assert.ok(held <= heldAtMost, `${Math.round(held / MiB)} MiB are held in memory`);
}

/** Bytes of all live buffers. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  if (typeof collectGarbage === "function") collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

async function expectClosedByDestroy(stream: Duplex, input: Buffer): Promise<void> {
  stream.write(Buffer.from(input), () => {});
  stream.destroy();
  await expectClosed(stream, "after destroy()");
}

async function expectClosedByAbort(stream: Duplex, input: Buffer): Promise<void> {
  const controller = new AbortController();
  const source = Readable.from(copies(repeated(input, 2)));
  const running = pipeline(source, stream, new PassThrough().resume(), { signal: controller.signal });
  controller.abort();
  await assert.rejects(running, { name: "AbortError" });
  await expectClosed(source, "after an abort: the source");
  await expectClosed(stream, "after an abort");
}

async function expectClosed(stream: Readable, when: string): Promise<void> {
  const closed = stream.closed || new Promise((resolve) => stream.once("close", () => resolve(true)));
  const late = wait(closesWithinMs, false, { ref: false });
  assert.ok(await Promise.race([closed, late]), `${when} did not close within ${closesWithinMs} ms`);
}
