import type { Readable, Writable } from "node:stream";
import { DbsaveError } from "@dbsave/core";

const headerBytes = 8;
const stderrChannel = 2;

/**
 * Splits what an engine sends for a program without a terminal: frames of a header (channel, three zeros, length in four
 * bytes) and so many bytes. Reads no faster than both sides take it, and ends both. What goes to a side that was destroyed is
 * dropped: the engine counts a program as running until its output was taken. Fails when a frame is cut.
 */
export async function demultiplex(source: Readable, stdout: Writable, stderr: Writable): Promise<void> {
  let header: Buffer = Buffer.alloc(0);
  let remaining = 0;
  let target = stdout;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    let start = 0;
    let end = 0;
    for (let at = 0; at < chunk.length; ) {
      if (remaining > 0) {
        const length = Math.min(remaining, chunk.length - at);
        if (end === start) start = end = at;
        else chunk.copyWithin(end, at, at + length); // over the header between: a write costs more than moving bytes
        end += length;
        at += length;
        remaining -= length;
        continue;
      }
      const part = chunk.subarray(at, at + headerBytes - header.length);
      at += part.length;
      header = Buffer.concat([header, part]);
      if (header.length < headerBytes) break;
      const next = header[0] === stderrChannel ? stderr : stdout;
      if (next !== target) {
        await give(chunk.subarray(start, end), target);
        start = end;
        target = next;
      }
      remaining = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
    await give(chunk.subarray(start, end), target);
  }
  if (remaining > 0 || header.length > 0) throw new DbsaveError("TOOL_FAILED", "docker: the connection broke off");
  for (const side of [stdout, stderr]) if (!side.destroyed) side.end();
}

async function give(bytes: Buffer, target: Writable): Promise<void> {
  if (bytes.length > 0 && !target.destroyed && !target.write(bytes)) await hasRoom(target);
}

async function hasRoom(target: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  target.once("drain", resolve).once("close", resolve);
  await promise;
  target.off("drain", resolve).off("close", resolve);
}
