import type { Fingerprint } from "@dbsave/core";
import { openReadOnly, pin } from "../connect.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { frame } from "../sql/frames.ts";
import { statements } from "../sql/statements.ts";
import type { JobPort, Jobs } from "../worker/protocol.ts";

const chunkBytes = 256 * 1024;

/** Sends the SQL text of one moment, then fingerprints that moment, all in one read transaction. */
export async function dumpSql(input: Jobs["dumpSql"]["input"], port: JobPort): Promise<Fingerprint> {
  const db = openReadOnly(input);
  const sender = inChunks(port);
  try {
    pin(db);
    for (const statement of statements(db)) for (const piece of frame(statement)) await sender.add(piece);
    await sender.flush();
    return fingerprintOf(db);
  } finally {
    db.close();
  }
}

/** A copy of everything in messages of one size: what is large is never held a second time. */
function inChunks(port: JobPort): { add(piece: Buffer): Promise<void>; flush(): Promise<void> } {
  const chunk = Buffer.alloc(chunkBytes);
  let filled = 0;
  const flush = async (): Promise<void> => {
    await port.send(chunk.subarray(0, filled));
    filled = 0;
  };
  const add = async (piece: Buffer): Promise<void> => {
    for (let at = 0; at < piece.length; ) {
      const copied = piece.copy(chunk, filled, at);
      at += copied;
      filled += copied;
      if (filled === chunkBytes) await flush();
    }
  };
  return { add, flush };
}
