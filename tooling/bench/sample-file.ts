import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const words = ["paid", "open", "Berlin", "München", "sent", "cancelled", "invoice", "refund", "Zürich", "express"];

/** Writes `megabytes` of rows as a database holds them: words that repeat, numbers that count, keys that are random. */
export async function writeSampleFile(path: string, megabytes: number): Promise<void> {
  const bytes = megabytes * 1e6;
  await pipeline(Readable.from(rows(bytes)), createWriteStream(path));
}

function* rows(bytes: number): Generator<Buffer> {
  for (let id = 0, left = bytes; left > 0; ) {
    const lines: string[] = [];
    const noise = randomBytes(20 * 5000);
    for (let i = 0; i < 5000; i++, id++) {
      const key = noise.subarray(i * 20, i * 20 + 10).toString("base64url");
      const [a = 0, b = 0, c = 0] = noise.subarray(i * 20 + 10);
      lines.push(
        `${id}\t${key}\t${words[a % 10]} ${words[b % 10]} ${words[c % 10]}\t2026-11-${(a % 28) + 1}\t${b * c}.${a}\n`,
      );
    }
    const block = Buffer.from(lines.join("")).subarray(0, left);
    left -= block.length;
    yield block;
  }
}
