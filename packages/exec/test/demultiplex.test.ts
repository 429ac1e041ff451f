import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { demultiplex } from "../src/docker/demultiplex.ts";

const frame = (channel: 1 | 2, text: string): Buffer => {
  const header = Buffer.from([channel, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

const frames = [frame(1, "a"), frame(1, ""), frame(1, "bcd"), frame(2, "X"), frame(2, "YZ"), frame(1, "efghijklm")];

/** The bytes in pieces of `size`, each in memory of its own. */
function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

async function split(bytes: Buffer, size: number): Promise<readonly [stdout: string, stderr: string]> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const source = Readable.from(pieces(bytes, size), { objectMode: false });
  const outputs = Promise.all([buffer(stdout), buffer(stderr)]);
  outputs.catch(() => undefined);
  await demultiplex(source, stdout, stderr);
  const [out, err] = await outputs;
  return [out.toString(), err.toString()];
}

describe("two outputs in one stream", () => {
  const whole = Buffer.concat(frames);

  it("are split whole, wherever the stream is cut into pieces", async () => {
    for (let size = 1; size <= whole.length; size++) {
      expect(await split(whole, size), `pieces of ${size}`).toEqual(["abcdefghijklm", "XYZ"]);
    }
  });

  it("fail with TOOL_FAILED when the stream ends inside a frame", async () => {
    const ends = frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length);
    for (let length = 1; length < whole.length; length++) {
      if (ends.includes(length)) continue;
      await expect(split(whole.subarray(0, length), 5), `cut at ${length}`).rejects.toMatchObject({
        code: "TOOL_FAILED",
      });
    }
  });
});
