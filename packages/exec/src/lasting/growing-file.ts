import { open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { setTimeout } from "node:timers/promises";

const lookEveryMs = 100;

/** The lines of a file from `start` on, as somebody else writes them, until `over` and all of it was read. */
export async function* growingFile(path: string, start: number, over: Promise<void>): AsyncGenerator<string> {
  await using file = await open(path, "r");
  const buffer = Buffer.alloc(64 * 1024);
  const decoder = new StringDecoder("utf8");
  const ended = over.then(() => true);
  let position = start;
  let begun = "";
  for (let isOver = false; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    position += bytesRead;
    const lines = (begun + decoder.write(buffer.subarray(0, bytesRead))).split("\n");
    begun = lines.pop() ?? "";
    yield* lines;
    if (bytesRead > 0) continue;
    if (isOver) break;
    isOver = await Promise.race([ended, setTimeout(lookEveryMs, false)]);
  }
  if (begun !== "") yield begun;
}
