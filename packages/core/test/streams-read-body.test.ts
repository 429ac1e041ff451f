import { getEventListeners, once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { abortStream, readBody } from "../src/index.ts";

const { signal } = new AbortController();

describe("readBody", () => {
  it("hands over every byte in order, in batches, never two at a time", async () => {
    const chunks = Array.from({ length: 500 }, (_, i) => Buffer.alloc(5_000, i % 256));
    const taken: Buffer[] = [];
    const batches: number[] = [];
    let running = 0;
    const size = await readBody(
      Readable.from(chunks, { objectMode: false }),
      { signal, what: "test" },
      async (batch) => {
        running += 1;
        expect(running).toBe(1);
        await new Promise(setImmediate);
        taken.push(...batch);
        batches.push(batch.reduce((sum, { byteLength }) => sum + byteLength, 0));
        running -= 1;
      },
    );
    expect(size).toBe(2_500_000);
    expect(Buffer.concat(taken).equals(Buffer.concat(chunks))).toBe(true);
    expect(Math.max(...batches)).toBeLessThanOrEqual(1024 * 1024 + 5_000);
    expect(batches.length).toBeLessThan(100);
  });

  it("reads about a mebibyte ahead of a slow taker and no more", async () => {
    let given = 0;
    const release = Promise.withResolvers<void>();
    const source = new Readable({
      read() {
        given += 64 * 1024;
        this.push(given > 16 * 1024 * 1024 ? null : Buffer.alloc(64 * 1024));
      },
    });
    const reading = readBody(source, { signal, what: "test" }, () => release.promise);
    for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
    expect(given).toBeGreaterThan(512 * 1024);
    expect(given).toBeLessThan(2 * 1024 * 1024);
    release.resolve();
    expect(await reading).toBe(16 * 1024 * 1024);
  });

  it("does not reject before the taker has stopped", async () => {
    const controller = new AbortController();
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const body = new PassThrough();
    body.write("bytes");
    let isRunning = false;
    const reading = readBody(body, { signal: controller.signal, what: "test" }, async () => {
      isRunning = true;
      begun.resolve();
      await release.promise;
      isRunning = false;
    });
    await begun.promise;
    controller.abort();
    setImmediate(release.resolve);
    const [outcome] = await Promise.allSettled([reading]);
    expect(isRunning).toBe(false);
    expect(outcome).toMatchObject({ reason: { code: "ABORTED", message: "test: cancelled" } });
  });

  it("stops the body when the taker fails, and passes its error on", async () => {
    const body = new Readable({ read: () => body.push("more and more") });
    const failing = readBody(body, { signal, what: "test" }, () => Promise.reject(new Error("no room")));
    await expect(failing).rejects.toThrow("no room");
    expect(body.destroyed).toBe(true);
  });

  it("refuses a chunk that is neither bytes nor text", async () => {
    const reading = readBody(Readable.from([42]), { signal, what: "test" }, async () => undefined);
    await expect(reading).rejects.toThrow(TypeError);
  });
});

describe("abortStream", () => {
  it("leaves nothing behind on the signal when the stream has closed", async () => {
    const controller = new AbortController();
    const listeners = (): number => getEventListeners(controller.signal, "abort").length;
    for (let i = 0; i < 3; i += 1) {
      const stream = abortStream(Readable.from(["bytes"]), controller.signal, "test");
      expect(listeners()).toBe(1);
      await stream.toArray();
      if (!stream.closed) await once(stream, "close");
      expect(listeners()).toBe(0);
      abortStream(stream, controller.signal, "test");
    }
    expect(listeners()).toBe(0);
  });
});
